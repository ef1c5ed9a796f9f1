//! `user list`: filters, order, pages, counts.

use serde_json::{Value, json};

use crate::fixture;
use crate::harness::Desk;

fn ids(document: &Value) -> Vec<i64> {
    document.as_array().expect("an array").iter().map(|user| user["id"].as_i64().expect("an id")).collect()
}

fn listed(desk: &Desk, args: &[&str]) -> Vec<i64> {
    ids(&desk.json(&[&["user", "list"], args].concat()))
}

#[test]
fn without_options_all_come_by_id() {
    assert_eq!(listed(&Desk::usual(), &[]), (1..=10).collect::<Vec<i64>>());
}

#[test]
fn each_filter_leaves_those_it_names() {
    let desk = Desk::usual();
    for (args, expected) in [
        (&["--role", "therapist"][..], &[3][..]),
        (&["--role", "wizard"], &[]),
        (&["--locked"], &[4, 5, 7, 9]),
        (&["--stuck"], &[5, 7, 9]),
        (&["--inactive"], &[6]),
        (&["--unverified", "--role", "patient", "--limit", "3"], &[2, 4, 5]),
        (&["--no-password"], &[8]),
        (&["--match", "CLEO.m"], &[3]),
        (&["--match", "stone"], &[2]),
        (&["--match", "example.ORG", "--stuck"], &[5, 7, 9]),
        (&["--match", "nobody"], &[]),
        (&["--after", "8"], &[9, 10]),
        (&["--limit", "0"], &[]),
    ] {
        assert_eq!(listed(&desk, args), expected, "{args:?}");
    }
    // Whatever else is wrong with the account: an inactive one that is locked is on both lists.
    desk.sql("UPDATE users SET locked_until = '2099-01-01 00:00:00.000000' WHERE id = 6");
    assert_eq!(listed(&desk, &["--locked"]), [4, 5, 6, 7, 9]);
    assert_eq!(listed(&desk, &["--stuck"]), [5, 6, 7, 9]);
    desk.config("[lockout]\ntime_format = \"naive\"");
    assert_eq!(listed(&desk, &["--stuck"]), [4, 9, 10]);
    assert_eq!(listed(&desk, &["--locked"]), [4, 5, 6, 9, 10]);
}

#[test]
fn a_role_is_matched_exactly_or_onto_the_offered_spelling() {
    let desk = Desk::usual();
    desk.sql("UPDATE users SET role = 'Guest' WHERE id = 2");
    assert_eq!(listed(&desk, &["--role", "Guest"]), [2], "a role that is not offered can still be looked for");
    assert_eq!(listed(&desk, &["--role", "ADMIN"]), [1]);
    assert_eq!(desk.ok(&["user", "list", "--role", "Admin", "--count"]).stdout, "1\n");
    // The spelling that stands in a row wins: the app answers 500 on it, and it must be found.
    desk.sql("UPDATE users SET role = 'Admin' WHERE id = 2");
    assert_eq!(listed(&desk, &["--role", "Admin"]), [2]);
    assert_eq!(listed(&desk, &["--role", "admin"]), [1]);
    for more in [&[][..], &["--count"]] {
        let out = desk.ok(&[&["user", "list", "--role", "wizard"][..], more].concat());
        let said = "no role 'wizard' is offered; those offered are: patient, therapist, admin\n";
        assert!(out.stderr.contains(said), "{out:?}");
    }
    let preauth = Desk::with(fixture::preauth);
    assert_eq!(listed(&preauth, &["--role", "Admin"]), [0; 0]);
}

#[test]
fn match_takes_no_wildcards_and_folds_every_script() {
    let desk = Desk::usual();
    desk.sql(
        "UPDATE users SET full_name = 'Åsa 50%_off' WHERE id = 2; UPDATE users SET username = 'ÉLISE' WHERE id = 3",
    );
    for (text, expected) in [("åsa", &[2][..]), ("%_", &[2]), ("%", &[2]), ("élise", &[3]), ("_", &[2])] {
        assert_eq!(listed(&desk, &["--match", text]), expected, "{text}");
    }
}

#[test]
fn every_key_sorts_both_ways() {
    let desk = Desk::usual();
    for (key, first, last) in [("id", 1, 10), ("username", 1, 10), ("failed_login_attempts", 1, 10)] {
        let up = listed(&desk, &["--sort", key]);
        let down = listed(&desk, &["--sort", &format!("{key}:desc")]);
        assert_eq!((up[0], up.len(), down.len()), (first, 10, 10), "{key}");
        assert!(key != "id" || *up.last().expect("rows") == last);
        assert!(key != "username" || down[0] == 10);
    }
    for key in ["id", "username", "email", "role", "created_at", "last_login", "failed_login_attempts", "locked_until"]
    {
        assert_eq!(listed(&desk, &["--sort", key]).len(), 10, "{key}");
    }
    assert_eq!(listed(&desk, &["--sort", "email", "--limit", "2"]), [3, 1], "byte order, as the app's");
    desk.refused(&["user", "list", "--sort", "password_hash"], 2, "usage")
        .names(&["password_hash"])
        .advises(&["username"]);
    desk.refused(&["user", "list", "--sort", "id:up"], 2, "usage").names(&["up"]);
    desk.refused(&["user", "list", "--sort", "username", "--after", "3"], 2, "usage").names(&["--after"]);
    desk.refused(&["user", "list", "--sort", "id:desc", "--after", "3"], 2, "usage");
    // That is the order by id.
    for sort in ["id", "id:asc"] {
        assert_eq!(listed(&desk, &["--sort", sort, "--after", "8"]), [9, 10]);
    }
}

#[test]
fn pages_lead_on_by_the_footer_on_stderr() {
    let desk = Desk::usual();
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let out = desk.ok(&["user", "list", "--limit", "3", "--after", &after.to_string(), "--json"]);
        seen.extend(ids(&out.json()));
        let Some(hint) = out.stderr.split("--after ").nth(1) else { break };
        after = hint.lines().next().expect("a line").parse::<i64>().expect("an id");
        assert_eq!(Some(&after), seen.last());
    }
    assert_eq!(seen, (1..=10).collect::<Vec<i64>>());
    let out = desk.ok(&["user", "list"]);
    assert!(out.stderr.contains("10 accounts") && !out.stdout.contains("accounts"), "{out:?}");
    let out = desk.ok(&["user", "list", "--limit", "10"]);
    assert!(!out.stderr.contains("--after"), "no next page: {out:?}");
    let out = desk.ok(&["user", "list", "-q"]);
    assert!(!out.stderr.contains("accounts"), "{out:?}");
    // Ids below zero are ids.
    desk.sql("UPDATE users SET id = -5 WHERE id = 8");
    assert_eq!(listed(&desk, &["--after=-6", "--limit", "1"]), [-5]);
}

#[test]
fn count_is_a_number_or_a_document() {
    let desk = Desk::usual();
    assert_eq!(desk.ok(&["user", "list", "--stuck", "--count"]).stdout, "3\n");
    assert_eq!(desk.json(&["user", "list", "--count"]), json!({"count": 10}));
    assert_eq!(desk.ok(&["user", "list", "--count", "-o", "csv"]).stdout, "count\n10\n");
}

#[test]
fn an_empty_result_is_an_empty_document() {
    let desk = Desk::usual();
    let of = |format: &str| desk.ok(&["user", "list", "--match", "nobody", "-o", format]).stdout;
    assert_eq!(of("json").trim(), "[]");
    assert_eq!(of("jsonl"), "");
    assert_eq!(of("csv").lines().count(), 1, "the header");
    assert_eq!(of("table"), "");
}

#[test]
fn five_thousand_rows_stream_whole_in_every_format() {
    let desk = Desk::usual();
    desk.sql(
        "WITH RECURSIVE n(i) AS (SELECT 11 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
              INSERT INTO users (id, username, email) SELECT i, 'user' || i, 'user' || i || '@example.org' FROM n",
    );
    assert_eq!(listed(&desk, &[]).len(), 5000);
    assert_eq!(desk.ok(&["user", "list", "-o", "jsonl"]).stdout.lines().count(), 5000);
    assert_eq!(desk.ok(&["user", "list", "-o", "csv"]).stdout.lines().count(), 5001);
    let table = desk.ok(&["user", "list"]).stdout;
    assert_eq!(table.lines().count(), 5001);
    assert!(table.lines().last().expect("rows").contains("user5000@example.org"));
    assert_eq!(listed(&desk, &["--sort", "id:desc", "--limit", "2"]), [5000, 4999]);
    assert_eq!(listed(&desk, &["--after", "4998"]), [4999, 5000]);
    assert_eq!(desk.ok(&["user", "list", "--count"]).stdout, "5000\n");
}

#[test]
fn reading_changes_no_byte() {
    let desk = Desk::usual();
    let before = desk.snapshot();
    for args in [
        &["user", "list"][..],
        &["user", "list", "--count"],
        &["user", "show", "bob"],
        &["migrate", "status"],
        &["migrate", "plan"],
    ] {
        desk.ok(args);
        desk.ok(&[args, &["-n"]].concat());
    }
    assert_eq!(desk.snapshot(), before);
    let head = Desk::with(fixture::head);
    head.ok(&["user", "list"]);
}

#[test]
fn the_smallest_id_is_listed_and_the_next_page_begins_behind_it() {
    let desk = Desk::usual();
    let smallest = i64::MIN;
    let before: u64 = desk.ok(&["user", "list", "--count"]).stdout.trim().parse().expect("a count");
    desk.sql(&format!("INSERT INTO users (id, username, email) VALUES ({smallest}, 'min', 'min@example.org')"));
    let rows = desk.json(&["user", "list"]);
    assert_eq!(rows.as_array().expect("an array").len() as u64, before + 1);
    assert_eq!(rows[0]["id"].as_i64(), Some(smallest));
    let after = smallest.to_string();
    assert_eq!(desk.json(&["user", "list", "--after", &after]).as_array().expect("an array").len() as u64, before);
}

/// A file that was altered by half may lack any of the nine columns.
#[test]
fn a_file_without_one_of_the_columns_can_be_looked_at() {
    for (missing, column) in fixture::NINE.split_inclusive(';').enumerate() {
        let desk = Desk::empty();
        let others: Vec<&str> = fixture::NINE
            .split_inclusive(';')
            .enumerate()
            .filter(|(at, _)| *at != missing)
            .map(|(_, sql)| sql)
            .collect();
        let rows =
            "INSERT INTO users (id, username, email) VALUES (1, 'ann', 'ann@example.org'), (2, 'Ann', 'b@example.org')";
        fixture::make(&desk.db(), &[fixture::PREAUTH, &others.concat(), fixture::EVENTS, rows]);
        for line in [
            "user list",
            "user list --locked",
            "user list --stuck",
            "user list --inactive",
            "user list --unverified",
            "user list --no-password --count",
            "user list --role patient",
            "user show id:1",
            "user why id:1",
            "user export",
            "doctor",
            "db info",
            "db check",
        ] {
            let out = desk.run(&line.split(' ').collect::<Vec<_>>());
            assert!(matches!(out.code, 0 | 11), "{column} {line}: {out:?}");
            assert!(!(out.stdout.clone() + &out.stderr).contains("no such column"), "{column} {line}: {out:?}");
        }
    }
}
