//! Choosing without typing: a verb without USER on a terminal offers the accounts that fit it.

use std::time::Duration;

use authctl::ops::error::Error;
use authctl::ops::pick::same;
use authctl::store::{ReadAccess, Reader};
use serde_json::json;

use crate::fixture;
use crate::harness::{Answer, Desk, open};

const EVERYBODY: &[&str] = &["ann", "bob", "cleo", "dora", "emil", "finn", "gus", "hana", "ivo", "jan"];
/// Locked, stuck, and `jan`, whose lock has run out but whose next failure locks again.
const TO_UNLOCK: &[&str] = &["dora", "emil", "gus", "ivo", "jan"];
/// Active and not locked; `jan`'s lock has run out.
const TO_LOCK: &[&str] = &["ann", "bob", "cleo", "hana", "jan"];

#[test]
fn each_verb_offers_the_accounts_that_fit_and_names_the_one_it_will_change() {
    let mut desk = Desk::usual();
    desk.attended(&[Answer::PickOf(TO_UNLOCK, 4), Answer::YesTo("Unlock id:10 jan <jan@example.org> (patient)?")]);
    let out = desk.ok(&["unlock"]);
    assert!(out.stderr.contains("the same without questions: authctl unlock id:10\n"), "{out:?}");
    assert_eq!(desk.user("jan", "failed_login_attempts || ' ' || coalesce(locked_until, '-')"), "0 -");

    desk.attended(&[Answer::PickOf(TO_LOCK, 1), Answer::YesTo("Lock id:2 bob <bob@example.org> (patient)?")]);
    let out = desk.ok(&["lock", "--for", "2h", "--deactivate"]);
    assert!(out.stderr.contains("authctl lock id:2 --for 2h --deactivate\n"), "{out:?}");
    assert_eq!(desk.user("bob", "is_active || locked_until"), "02026-11-25 04:00:00.000000+00:00");

    desk.attended(&[Answer::PickOf(EVERYBODY, 2)]);
    let shown = desk.json(&["user", "show"]);
    assert_eq!(shown["username"], "cleo");
}

#[test]
fn whoever_is_locked_by_the_next_failure_is_offered_without_ever_having_had_a_lock() {
    let mut desk = Desk::usual();
    desk.sql("UPDATE users SET failed_login_attempts = 5 WHERE username = 'bob'");
    desk.attended(&[Answer::PickOf(&["bob", "dora", "emil", "gus", "ivo", "jan"], 0), Answer::Yes]);
    desk.ok(&["unlock"]);
    assert_eq!(desk.user("bob", "failed_login_attempts"), "0");
}

#[test]
fn the_role_is_picked_too_where_it_is_not_given() {
    let mut desk = Desk::usual();
    let give = "Give id:2 bob <bob@example.org> (patient) the role 'therapist'?";
    desk.attended(&[
        Answer::PickOf(EVERYBODY, 1),
        Answer::PickOf(&["patient (as it is)", "therapist", "admin"], 1),
        Answer::YesTo(give),
    ]);
    let out = desk.ok(&["set-role"]);
    assert!(out.stderr.contains("authctl set-role id:2 therapist\n"), "{out:?}");
    assert_eq!(desk.user("bob", "role"), "therapist");

    desk.attended(&[Answer::Pick(2), Answer::YesTo("Give id:2 bob <bob@example.org> (therapist) the role 'admin'?")]);
    let document = desk.json(&["set-role", "bob", "--expect", "therapist"]);
    assert_eq!((&document["changed"], &document["user"]["role"]), (&json!(true), &json!("admin")));

    // Named in full, nothing is asked.
    desk.attended(&[]);
    desk.ok(&["set-role", "bob", "patient"]);

    let mut head = Desk::with(fixture::head);
    head.attended(&[Answer::Pick(1), Answer::PickOf(&["user (as it is)", "moderator", "admin"], 1), Answer::Yes]);
    head.ok(&["set-role"]);
    assert_eq!(head.user("twin", "role"), "moderator");
}

#[test]
fn whoever_gives_up_or_says_no_changes_nothing() {
    let mut desk = Desk::usual();
    for args in [&["unlock"][..], &["lock"], &["set-role"], &["set-role", "bob"], &["user", "show"]] {
        desk.attended(&[Answer::Interrupt]);
        desk.refused(args, 130, "interrupted");
    }
    for args in [&["unlock"][..], &["lock"], &["set-role", "bob"]] {
        for last in [Answer::No, Answer::Interrupt] {
            desk.attended(&[Answer::Pick(1), last]);
            desk.refused(args, 130, "interrupted");
        }
    }
    desk.attended(&[Answer::Pick(1), Answer::Interrupt]);
    desk.refused(&["set-role"], 130, "interrupted");
    assert!(desk.events().is_empty());
}

#[test]
fn without_a_terminal_it_is_said_what_to_give() {
    let mut desk = Desk::usual();
    for (args, ways) in [
        (&["lock"][..], &["USER", "id:57", "authctl user list"][..]),
        (&["unlock"], &["USER", "--expired", "--all-locked", "user list --locked"]),
        (&["set-role"], &["USER and ROLE", "authctl set-role id:57"]),
        (&["set-role", "bob"], &["patient, therapist, admin"]),
        (&["user", "show"], &["USER", "id:57"]),
        (&["user", "why"], &["USER", "id:57"]),
    ] {
        desk.refused(args, 2, "would_prompt").advises(ways);
    }
    desk.attended(&[]);
    for args in [&["lock"][..], &["unlock"], &["set-role"], &["set-role", "bob"], &["user", "show"], &["user", "why"]] {
        desk.refused(&[args, &["--no-input"]].concat(), 2, "would_prompt");
    }
    // An empty list is not "no USER".
    desk.ok_with(&["lock", "-"], "");
    desk.refused(&["set-role", "nobody-at-all"], 3, "not_found");
}

#[test]
fn yes_answers_the_confirmation() {
    let mut desk = Desk::usual();
    desk.attended(&[Answer::PickOf(TO_LOCK, 1)]);
    desk.ok(&["lock", "-y"]);
    assert_eq!(desk.events().len(), 1);
}

#[test]
fn where_nobody_fits_that_is_said() {
    let mut desk = Desk::usual();
    desk.attended(&[]);
    desk.sql("UPDATE users SET locked_until = NULL, failed_login_attempts = 4");
    desk.refused(&["unlock"], 3, "not_found").advises(&["user why"]);
    desk.sql("UPDATE users SET is_active = 0");
    desk.refused(&["lock"], 3, "not_found");
    desk.sql("DELETE FROM users");
    desk.refused(&["user", "show"], 3, "not_found").advises(&["user add"]);
}

#[test]
fn a_file_that_cannot_be_written_is_refused_before_anything_is_asked() {
    let mut desk = Desk::with(fixture::preauth);
    desk.attended(&[]);
    for args in [&["lock"][..], &["unlock"], &["set-role"], &["set-role", "bo_k"]] {
        desk.refused(args, 9, "pending").advises(&["migrate"]);
    }
    desk.attended(&[Answer::PickOf(&["ada.w", "bo_k", "cleo-m"], 1)]);
    assert_eq!(desk.json(&["user", "show"])["username"], "bo_k");
}

/// Cells that cannot be read, NULL, and names that a terminal would act on.
#[test]
fn odd_rows_are_offered_harmless_and_can_be_picked() {
    let mut desk = Desk::with(fixture::head);
    let db = open(&desk.db());
    db.execute_batch(
        "UPDATE users SET username = x'ff00', last_login = 'soon' WHERE id = 2;
         UPDATE users SET role = NULL, email = x'41' WHERE id = 3;",
    )
    .expect("odd cells");
    let name = "e\u{1b}[2Jve\u{202e}\n";
    db.execute("UPDATE users SET username = ?1 WHERE id = 4", [name]).expect("an odd name");
    let rows: &[&str] = &["root", "(unreadable)", "twin2", "\"e\\u{1b}[2Jve\\u{202…", "free"];
    for (at, id) in [(1, 2), (2, 3), (3, 4)] {
        desk.attended(&[Answer::PickOf(rows, at), Answer::Yes]);
        assert_eq!(desk.json(&["lock"])["user"]["id"], id);
        desk.ok(&["unlock", &format!("id:{id}")]);
    }
}

#[test]
fn of_more_than_a_thousand_a_part_of_the_name_is_asked_for_first() {
    let mut desk = Desk::usual();
    desk.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
         INSERT INTO users (id, username, email, role, full_name)
         SELECT 1000 + i, printf('user%04d', i), printf('u%d@example.org', i), 'patient', 'Maß ' || i FROM n",
    );
    desk.attended(&[
        Answer::Text(""),
        Answer::Text("nobody"),
        Answer::Text("user"),
        // Case-blind, in the full name too, as `user list --match`.
        Answer::Text("MAß 1200"),
        Answer::PickOf(&["user1200"], 0),
        Answer::Yes,
    ]);
    let out = desk.ok(&["lock"]);
    assert_eq!(out.stderr.matches("more than 1000 accounts fit").count(), 3, "{out:?}");
    assert!(out.stderr.contains("no account that fits has 'nobody'"), "{out:?}");
    assert!(out.stderr.contains("locked id:2200 user1200"), "{out:?}");
    desk.attended(&[Answer::Interrupt]);
    desk.refused(&["lock"], 130, "interrupted");
    // Few enough fit this verb.
    desk.attended(&[Answer::Pick(5), Answer::Yes]);
    desk.ok(&["unlock"]);
    assert_eq!(desk.user("user1200", "coalesce(locked_until, 'free')"), "free");
}

/// Ids are used again, and a person takes minutes to choose.
#[test]
fn an_account_that_is_another_one_by_now_is_not_changed() {
    let desk = Desk::usual();
    let reader = Reader::open(&desk.db(), Duration::ZERO, ReadAccess::NeverWrite).expect("it opens").store;
    let bob = reader.view().user(authctl::model::user::UserId(2)).expect("it reads").expect("bob");
    assert_eq!(same(&reader, &bob).ok().map(|user| user.id.0), Some(2));
    desk.sql("UPDATE users SET role = 'admin' WHERE id = 2");
    assert!(same(&reader, &bob).is_ok(), "it is still bob");
    desk.sql(
        "DELETE FROM users WHERE id = 2;
         INSERT INTO users (id, username, email, role) VALUES (2, 'eve', 'e@example.org', 'patient')",
    );
    assert!(matches!(same(&reader, &bob), Err(Error::ChangedMeanwhile { .. })));
    desk.sql("DELETE FROM users WHERE id = 2");
    assert!(matches!(same(&reader, &bob), Err(Error::UnknownUser { .. })));
}

/// The account of a session need not be allowed to list them all.
#[test]
fn to_a_session_nobody_is_offered() {
    let mut desk = Desk::usual();
    desk.attended(&[]);
    desk.config("require_session = true");
    for args in [&["lock"][..], &["unlock"], &["user", "show"]] {
        let out = desk.run(args);
        assert!(out.code != 0 && !out.stderr.contains("bob"), "{args:?}: {out:?}");
    }
}
