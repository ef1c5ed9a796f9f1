//! Rules 2 and 3: who is meant, one or many.

use serde_json::json;

use crate::fixture;
use crate::harness::Desk;

#[test]
fn a_user_is_a_username_an_e_mail_or_an_id() {
    let desk = Desk::usual();
    for given in ["bob", "bob@example.org", "id:2", "user:bob", "email:bob@example.org"] {
        assert_eq!(desk.json(&["user", "show", given])["id"], 2, "{given}");
    }
}

#[test]
fn a_bare_number_is_a_username() {
    let desk = Desk::usual();
    desk.refused(&["user", "show", "2"], 3, "not_found").names(&["'2'"]);
    desk.sql("UPDATE users SET username = '2' WHERE id = 7");
    assert_eq!(desk.json(&["user", "show", "2"])["id"], 7);
    assert_eq!(desk.json(&["user", "show", "id:2"])["id"], 2);
}

#[test]
fn a_kind_in_front_forces_it() {
    let desk = Desk::usual();
    desk.sql("UPDATE users SET username = 'bob@example.org' WHERE id = 7");
    desk.refused(&["lock", "bob@example.org"], 4, "ambiguous").names(&["id:2", "id:7"]).advises(&["id:"]);
    assert_eq!(desk.json(&["user", "show", "user:bob@example.org"])["id"], 7);
    assert_eq!(desk.json(&["user", "show", "email:bob@example.org"])["id"], 2);
    desk.refused(&["user", "show", "user:cleo.m@example.org"], 3, "not_found");
    desk.refused(&["user", "show", "email:cleo"], 3, "not_found");
    // A name that looks like a kind is reached through its kind.
    desk.sql("UPDATE users SET username = 'id:3' WHERE id = 7");
    assert_eq!(desk.json(&["user", "show", "id:3"])["id"], 3);
    assert_eq!(desk.json(&["user", "show", "user:id:3"])["id"], 7);
}

#[test]
fn an_id_must_be_a_whole_number_and_there() {
    let desk = Desk::usual();
    for given in ["id:", "id:x", "id:1.5", "id: 2", "id:99999999999999999999"] {
        desk.refused(&["user", "show", given], 2, "usage").names(&[given]);
    }
    desk.refused(&["user", "show", "id:4711"], 3, "not_found").names(&["id:4711"]);
}

/// Field report A06.
#[test]
fn a_case_blind_match_changes_nothing_and_lists_the_candidates() {
    let desk = Desk::keyed();
    for verb in [
        &["lock", "BOB"][..],
        &["unlock", "Bob@Example.org"],
        &["set-role", "bOb", "admin"],
        &["user", "deactivate", "BOB"],
        &["user", "show", "BOB"],
        &["token", "issue", "BOB"],
        &["user", "passwd", "BOB", "--generate"],
    ] {
        desk.refused(verb, 4, "ambiguous").names(&["id:2 bob <bob@example.org> (patient)"]).advises(&["id:2"]);
    }
    desk.refused_with(&["login", "BOB", "--password-stdin"], fixture::PASSWORD, 4, "ambiguous").names(&["id:2"]);
    desk.sql(
        "INSERT INTO users (id, username, email, role) VALUES (20,'Dave','d1@example.org','patient'),
              (21,'dave','d2@example.org','patient'), (22,'Élan','d3@example.org','patient')",
    );
    assert_eq!(desk.json(&["user", "show", "dave"])["id"], 21, "the exact one wins");
    desk.refused(&["lock", "DAVE"], 4, "ambiguous").names(&["id:20", "id:21"]);
    desk.refused(&["lock", "éLAN"], 4, "ambiguous").names(&["id:22"]);
}

#[test]
fn twins_are_listed_and_reached_by_id() {
    let desk = Desk::with(fixture::head);
    desk.refused(&["lock", "shared@example.org"], 4, "ambiguous")
        .names(&["id:2 twin", "id:3 twin2"])
        .advises(&["id:2"]);
    assert_eq!(desk.json(&["lock", "id:3"])["user"]["id"], 3);
}

/// Rows that the rules would refuse today stay addressable and are shown escaped (field report A07).
#[test]
fn odd_names_stay_addressable_and_are_shown_escaped() {
    let desk = Desk::usual();
    for (at, (name, shown)) in [
        ("eve\n", r"eve\n"),
        ("eve ", "\"eve \""),
        ("eve\u{a0}", r"eve\u{a0}"),
        ("\u{200b}eve", r"\u{200b}eve"),
        ("e\u{1b}[31mve", r"e\u{1b}[31mve"),
        ("\u{202e}eve", r"\u{202e}eve"),
        (" ", "\" \""),
        ("-", "\"-\""),
    ]
    .into_iter()
    .enumerate()
    {
        let id = 100 + i64::try_from(at).expect("a small number");
        crate::harness::open(&desk.db())
            .execute(
                "INSERT INTO users (id, username, email, role) VALUES (?1, ?2, ?3, 'patient')",
                (id, name, format!("o{at}@example.org")),
            )
            .expect("an odd row");
        let given = format!("user:{name}");
        assert_eq!(desk.json(&["user", "show", &given])["id"], id, "{name:?}");
        assert_eq!(desk.json(&["user", "show", &given])["username"], name);
        let list = desk.ok(&["user", "list", "--columns", "id,username", "--after", &(id - 1).to_string()]).stdout;
        assert!(list.contains(shown), "{name:?}: {list:?}");
        let out = desk.ok(&["lock", &given]);
        assert!(out.stderr.contains(&format!("id:{id}")), "{out:?}");
        let hostile = |c: char| (c.is_control() && c != '\n') || "\u{200b}\u{202e}".contains(c);
        assert!(!out.stderr.contains(hostile) && !list.contains(hostile), "{name:?}: {out:?} {list:?}");
    }
    assert_eq!(desk.cell("SELECT count(*) FROM users WHERE id >= 100 AND locked_until IS NOT NULL"), "8");
}

/// A shell variable that is not set must not hit the account whose username or e-mail is empty.
#[test]
fn an_empty_name_names_nobody_whatever_stands_in_front_and_the_account_is_reached_by_id() {
    let desk = Desk::keyed();
    desk.sql("INSERT INTO users (id, username, email, role) VALUES (103, '', '', 'patient')");
    for given in ["", "user:", "email:"] {
        for verb in [
            &["user", "delete", given, "-y"][..],
            &["user", "deactivate", "bob", given],
            &["user", "verify", given],
            &["user", "show", given],
            &["user", "why", given],
            &["user", "edit", given, "--full-name", "N"],
            &["user", "passwd", given, "--generate"],
            &["lock", given],
            &["unlock", given],
            &["set-role", given, "admin"],
            &["token", "issue", given],
            &["login", given, "--password-stdin"],
            &["audit", "list", "--user", given],
        ] {
            let named = format!("'{given}' is empty");
            desk.refused_with(verb, fixture::PASSWORD, 2, "usage").names(&[&named]).advises(&["not set", "id:"]);
        }
        if !given.is_empty() {
            desk.refused_with(&["lock", "-"], format!("bob\n{given}\n"), 2, "usage").names(&[given]);
        }
    }
    assert!(desk.ok(&["user", "list", "--columns", "id,username", "--after", "102"]).stdout.contains("\"\""));
    assert_eq!(desk.json(&["user", "delete", "id:103", "-y"])["user"]["id"], 103);
}

#[test]
fn dashes_read_one_name_a_line_and_answer_with_an_array() {
    let desk = Desk::usual();
    for list in ["bob\ncleo@x\n".replace("cleo@x", "Cleo.M@example.org"), "bob\r\n\r\nid:3".to_owned()] {
        let out = desk.ok_with(&["lock", "-", "--json"], &list);
        let document = out.json();
        assert_eq!((&document[0]["user"]["id"], &document[1]["user"]["id"]), (&json!(2), &json!(3)), "{list:?}");
        desk.ok_with(&["unlock", "-"], &list);
    }
    let one = desk.ok_with(&["lock", "-", "--json"], "bob").json();
    assert_eq!(one.as_array().map(Vec::len), Some(1));
    let mixed = desk.ok_with(&["user", "verify", "finn", "-", "--json"], "gus\n").json();
    assert_eq!((&mixed[0]["user"]["id"], &mixed[1]["user"]["id"]), (&json!(6), &json!(7)));
    let none = desk.ok_with(&["lock", "-", "--json"], "").json();
    assert_eq!(none, json!([]));
    for (list, line) in [(&b"bob\n\xff\n"[..], "line 2"), (b"\xff\xfeb\0o\0b\0", "line 1")] {
        desk.refused_with(&["lock", "-"], list, 2, "usage").names(&[line, "UTF-8"]).advises(&["save", "id:57"]);
    }
}

/// Field report A28: a spreadsheet or an editor puts a mark in front, and ends lines its own way.
#[test]
fn a_mark_in_front_of_a_list_is_no_part_of_the_first_name() {
    let desk = Desk::usual();
    let list = "\u{feff}bob\r\ncleo\r\n";
    let locked = desk.ok_with(&["lock", "-", "--json"], list).json();
    assert_eq!((&locked[0]["user"]["id"], &locked[1]["user"]["id"]), (&json!(2), &json!(3)));
    assert_eq!(desk.ok_with(&["user", "show", "-", "--json"], "\u{feff}").json(), json!([]), "an empty list");
    // One is skipped, and in front of the list alone: anywhere else it belongs to the name.
    desk.refused_with(&["lock", "-"], "\u{feff}\u{feff}bob\n", 3, "not_found").names(&["\\u{feff}bob"]);
    desk.refused_with(&["lock", "-"], "cleo\n\u{feff}bob\n", 3, "not_found").names(&["\\u{feff}bob"]);
}

#[test]
fn a_write_of_one_is_an_object_and_of_several_an_array() {
    let desk = Desk::usual();
    let one = desk.json(&["lock", "bob"]);
    assert_eq!((one["changed"].as_bool(), one["user"]["state"].as_str()), (Some(true), Some("locked")));
    let two = desk.json(&["lock", "bob", "finn"]);
    assert_eq!((&two[0]["changed"], &two[1]["changed"]), (&json!(false), &json!(true)));
    assert_eq!(two[1]["user"]["state"], "inactive");
    assert!(desk.json(&["unlock", "--expired"]).is_array(), "a sweep is an array");
}

#[test]
fn a_name_given_twice_counts_once() {
    let desk = Desk::usual();
    desk.ok(&["lock", "bob", "id:2", "bob@example.org"]);
    assert_eq!(desk.events().len(), 1);
}

#[test]
fn writes_are_all_or_nothing_and_every_unresolved_name_is_listed() {
    let desk = Desk::usual();
    for verb in [&["lock"][..], &["unlock"], &["user", "activate"], &["user", "deactivate"], &["user", "verify"]] {
        let refusal = desk.refused(&[verb, &["bob", "ghost", "id:99", "emil"]].concat(), 3, "not_found");
        refusal.names(&["'ghost'", "id:99"]);
        desk.refused(&[verb, &["bob", "BOB", "ghost"]].concat(), 4, "ambiguous").names(&["BOB", "ghost"]);
        desk.refused(&[verb, &["ghost", "BOB", "bob"]].concat(), 3, "not_found").names(&["BOB", "ghost"]);
    }
    desk.refused_with(&["lock", "-"], "bob\nghost\n", 3, "not_found").names(&["ghost", "nothing was changed"]);
    // What helps is what helps these: a name that is nearly right is not to be looked for.
    let refusal =
        desk.refused(&["lock", "BOB", "EMIL"], 4, "ambiguous").advises(&["name one of them exactly, as in id:2"]);
    assert!(!refusal.hint.contains("--match"), "{refusal:?}");
    desk.refused(&["lock", "BOB", "ghost"], 4, "ambiguous").advises(&["as in id:2", "--match"]);
    assert_eq!(desk.refused(&["lock", "ghost"], 3, "not_found").message, "there is no user 'ghost'");
    assert!(desk.events().is_empty());
    desk.ok(&["lock", "bob", "cleo"]);
    assert_eq!(desk.events().len(), 2, "one event for each");
}

#[test]
fn show_prints_those_found_and_exits_10_or_3() {
    let desk = Desk::usual();
    let out = desk.run(&["--json", "user", "show", "bob", "ghost", "cleo", "wraith"]);
    out.refusal(&[], 10, "partial").names(&["ghost", "wraith"]);
    let found = out.json();
    assert_eq!((&found[0]["username"], &found[1]["username"]), (&json!("bob"), &json!("cleo")));
    desk.refused(&["user", "show", "ghost"], 3, "not_found").names(&["ghost"]);
    let out = desk.run(&["user", "show", "ghost", "wraith"]);
    assert_eq!(out.code, 3, "{out:?}");
    assert!(!out.stdout.contains("ghost") && out.stderr.contains("ghost") && out.stderr.contains("wraith"), "{out:?}");
    desk.refused(&["user", "show", "ghost", "wraith"], 3, "not_found").names(&["ghost", "wraith"]);
}
