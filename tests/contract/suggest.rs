//! A mistyped name: the nearest ones are suggested, and never acted on.

use crate::fixture::{self, PASSWORD};
use crate::harness::{Desk, open};

#[test]
fn a_mistyped_name_suggests_the_nearest_and_changes_nothing() {
    let desk = Desk::keyed();
    for args in [
        &["lock", "hanna"][..],
        &["unlock", "hnaa"],
        &["set-role", "HANS", "admin"],
        &["user", "show", "ahna"],
        &["user", "passwd", "hana1", "--generate"],
        &["user", "activate", "user:hanna"],
        &["user", "deactivate", "hana_"],
        &["user", "verify", "hna"],
        &["token", "issue", "hannah"],
    ] {
        desk.refused(args, 3, "not_found").advises(&["did you mean 'hana'?", "authctl user list --match TEXT"]);
    }
    for given in ["hana@exmaple.org", "email:hana@example.com"] {
        desk.refused(&["lock", given], 3, "not_found").advises(&["'hana@example.org'?"]);
    }
    assert!(desk.events().is_empty());
}

#[test]
fn a_kind_in_front_compares_names_of_that_kind_alone() {
    let desk = Desk::usual();
    desk.sql("UPDATE users SET username = 'hana@example.orgs' WHERE id = 7");
    let hint = |given: &str| desk.refused(&["lock", given], 3, "not_found").hint;
    let suggests = |given: &str, names: &str| {
        let hint = hint(given);
        assert!(hint.starts_with(&format!("did you mean {names}? ")), "{given}: {hint}");
    };
    suggests("hana@example.or", "'hana@example.org' or 'hana@example.orgs'");
    suggests("email:hana@example.or", "'hana@example.org'");
    suggests("user:hana@example.or", "'hana@example.orgs'");
}

#[test]
fn at_most_three_are_suggested_and_only_near_ones() {
    let desk = Desk::usual();
    desk.sql(
        "INSERT INTO users (id, username, email, role) VALUES (21,'lena-m1','1@x.org','patient'),
         (22,'lena-m22','2@x.org','patient'), (23,'lena-m3','3@x.org','patient'), (24,'lena-m4','4@x.org','patient')",
    );
    let hint = desk.refused(&["lock", "lena-m"], 3, "not_found").hint;
    assert!(hint.starts_with("did you mean 'lena-m1' or 'lena-m3' or 'lena-m4'? "), "{hint}");
    for far in ["ghost", "zzzzzz", "x", "id:99", "lena"] {
        let hint = desk.refused(&["lock", far], 3, "not_found").hint;
        assert!(!hint.contains("did you mean") && hint.contains("user list --match"), "{far}: {hint}");
    }
    let long = "h".repeat(50_000);
    desk.refused(&["lock", &long], 3, "not_found");
}

#[test]
fn each_of_several_unresolved_names_gets_its_own() {
    let desk = Desk::usual();
    let refusal = desk.refused(&["lock", "bob", "hanna", "ghost", "id:77", "cloe"], 3, "not_found");
    assert!(refusal.hint.starts_with("did you mean 'hana' for 'hanna', 'cleo' for 'cloe'? "), "{refusal:?}");
    let refusal = desk.refused_with(&["unlock", "-"], "hanna\ncloe\n", 3, "not_found");
    refusal.advises(&["'hana' for 'hanna'", "'cleo' for 'cloe'"]);
    let out = desk.run(&["--json", "user", "show", "bob", "hanna"]);
    out.refusal(&[], 10, "partial").advises(&["did you mean 'hana'?"]);
    desk.refused(&["user", "show", "hanna", "cloe"], 3, "not_found").advises(&["'cleo' for 'cloe'"]);
}

/// Names are read ten thousand accounts at a time.
#[test]
fn a_name_far_down_in_a_large_file_is_suggested() {
    let desk = Desk::keyed();
    desk.sql(
        "WITH RECURSIVE n (n) AS (SELECT 10000 UNION ALL SELECT n + 1 FROM n WHERE n < 31000)
         INSERT INTO users (username, email, password_hash, salt, role, is_active, is_verified, failed_login_attempts)
         SELECT 'many' || n, 'many' || n || '@example.org', '', '', 'patient', 1, 1, 0 FROM n;
         UPDATE users SET username = 'wilhelmina' WHERE username = 'many30999'",
    );
    desk.refused(&["lock", "wilhelmnia"], 3, "not_found").advises(&["did you mean 'wilhelmina'?"]);
}

/// A login must not tell who exists, and a session may stand for somebody who may not list accounts.
#[test]
fn nothing_is_suggested_to_a_login_or_to_a_session() {
    let desk = Desk::keyed();
    for given in ["hanna", "hana@example.com"] {
        let refusal = desk.refused_in_json(&["login", given, "--password-stdin"], PASSWORD, 6, "wrong_credentials");
        assert!(!format!("{refusal:?}").contains("did you mean"), "{refusal:?}");
    }
    let told = |desk: &Desk, args: &[&str]| {
        let out = desk.run(args);
        assert_ne!(out.code, 0, "{out:?}");
        out.stderr.contains("did you mean") || out.stderr.contains("'hana'")
    };
    assert!(told(&desk, &["lock", "hanna"]));
    assert!(!told(&desk, &["lock", "hanna", "--as-session"]));
    desk.config("require_session = true");
    assert!(!told(&desk, &["lock", "hanna"]));
    assert!(!told(&desk, &["user", "show", "hanna", "cloe"]));
}

#[test]
fn a_suggested_name_is_shown_harmless() {
    let desk = Desk::usual();
    for (id, name) in [(7, "han\u{1b}a"), (8, "hana\u{202e}")] {
        open(&desk.db()).execute("UPDATE users SET username = ?1 WHERE id = ?2", (name, id)).expect("an odd name");
    }
    let out = desk.run(&["lock", "hana"]);
    assert!(out.stderr.contains(r"han\u{1b}a") && out.stderr.contains(r"hana\u{202e}"), "{out:?}");
    assert!(!out.stderr.contains(['\u{1b}', '\u{202e}']), "{out:?}");
    desk.refused(&["lock", "hana"], 3, "not_found");
}

/// The same on the files of the app's stages, migrated or not.
#[test]
fn suggestions_need_two_columns_only() {
    let desk = Desk::with(fixture::preauth);
    desk.refused(&["user", "show", "cleo_m"], 3, "not_found").advises(&["'cleo-m'?"]);
    let desk = Desk::with(fixture::head);
    desk.sql("UPDATE users SET username = x'00' WHERE id = 1");
    desk.refused(&["lock", "twim"], 3, "not_found").advises(&["'twin'?"]);
}

#[test]
fn a_mistyped_role_suggests_the_offered_one() {
    let desk = Desk::usual();
    desk.refused(&["set-role", "bob", "therpist"], 5, "policy_role").advises(&["did you mean 'therapist'?"]);
    let add = ["user", "add", "nina", "--email", "n@example.org", "--generate", "--role", "pateint"];
    desk.refused(&add, 5, "policy_role").advises(&["did you mean 'patient'?"]);
    assert_eq!(desk.refused(&["set-role", "bob", "wizard"], 5, "policy_role").hint, "");
    let out = desk.ok(&["user", "list", "--role", "admn"]);
    assert!(out.stdout.is_empty() || !out.stdout.contains("ann"), "{out:?}");
    assert!(out.stderr.contains("did you mean 'admin'?"), "{out:?}");
    assert!(!desk.ok(&["user", "list", "--role", "admin", "--inactive"]).stderr.contains("did you mean"));
    desk.config("roles = [\"Nurse\", \"ADMIN\"]");
    desk.refused(&["set-role", "bob", "nurze"], 5, "policy_role").advises(&["did you mean 'Nurse'?"]);
    let head = Desk::with(fixture::head);
    head.refused(&["set-role", "twin", "moderater"], 5, "policy_role").advises(&["did you mean 'moderator'?"]);
}

#[test]
fn a_mistyped_column_or_sort_key_suggests_the_right_one() {
    let desk = Desk::usual();
    for args in [&["user", "list", "--columns", "id,usernam"][..], &["user", "list", "--sort", "usrname:desc"]] {
        desk.refused(args, 2, "usage").advises(&["did you mean 'username'?"]);
    }
    desk.refused(&["lock", "bob", "--columns", "emial"], 2, "usage").advises(&["did you mean 'email'?"]);
    desk.refused(&["user", "list", "--sort", "hash"], 2, "usage").advises(&["one of: id, username"]);
}

/// What those try who have not read the help.
#[test]
fn a_bare_number_and_swapped_operands_are_explained() {
    let desk = Desk::usual();
    desk.refused(&["lock", "2"], 3, "not_found").advises(&["a bare number is a username", "id:2;", "user list"]);
    desk.refused(&["user", "show", "57"], 3, "not_found").advises(&["id:57"]);
    desk.refused(&["set-role", "therapist", "bob"], 5, "policy_role").advises(&["authctl set-role bob therapist"]);
    let hint = desk.refused(&["set-role", "bob", "ann"], 5, "policy_role").hint;
    assert!(!hint.contains("comes first"), "{hint}");
}
