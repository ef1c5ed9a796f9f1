//! `set-role`: offered roles, `--expect`, CHECKs, and the roles of a configuration.

use serde_json::json;

use crate::fixture;
use crate::harness::{Desk, open};

#[test]
fn a_role_is_mapped_onto_the_offered_spelling() {
    let desk = Desk::usual();
    let document = desk.json(&["set-role", "bob", "THERAPIST"]);
    assert_eq!((&document["changed"], &document["user"]["role"]), (&json!(true), &json!("therapist")));
    let out = desk.ok(&["set-role", "bob", "patient"]);
    assert!(out.stdout.is_empty() && out.stderr.contains("id:2 bob <bob@example.org> (patient)"), "{out:?}");
    assert!(out.stderr.contains("therapist"), "the old one: {out:?}");
    let out = desk.ok(&["set-role", "bob", "Patient"]);
    assert!(out.stderr.contains("unchanged"), "{out:?}");
    assert_eq!(
        desk.events(),
        [
            r#"role_changed done 2 bob {"role":"patient"} {"role":"therapist"} -"#,
            r#"role_changed done 2 bob {"role":"therapist"} {"role":"patient"} -"#,
        ]
    );
}

#[test]
fn a_role_that_is_not_offered_is_refused_with_the_list() {
    let desk = Desk::usual();
    for role in ["wizard", "", "admin ", "ADMIN\n"] {
        desk.refused(&["set-role", "bob", role], 5, "policy_role").names(&["patient, therapist, admin"]);
    }
    let head = Desk::with(fixture::head);
    head.refused(&["set-role", "twin", "patient"], 5, "policy_role").names(&["user, moderator, admin"]);
    head.ok(&["set-role", "twin", "moderator"]);
}

#[test]
fn the_configured_roles_are_the_offered_ones() {
    let desk = Desk::usual();
    desk.config("roles = [\"Nurse\", \"ADMIN\", \"patient\"]");
    desk.refused(&["set-role", "bob", "therapist"], 5, "policy_role").names(&["Nurse, ADMIN, patient"]);
    desk.ok(&["set-role", "bob", "nurse"]);
    assert_eq!(desk.user("bob", "role"), "Nurse");
    // Roles that are in rows but not offered are shown as they are.
    assert_eq!(desk.json(&["user", "show", "cleo"])["role"], "therapist");
    assert_eq!(desk.json(&["user", "list", "--role", "therapist"])[0]["username"], "cleo");
}

#[test]
fn expect_names_the_role_that_must_be_there() {
    let desk = Desk::usual();
    desk.refused(&["set-role", "bob", "therapist", "--expect", "admin"], 4, "expect_unmet")
        .names(&["id:2 bob", "'admin'"]);
    desk.refused(&["set-role", "bob", "patient", "--expect", "admin"], 4, "expect_unmet");
    // A case-blind match is mapped onto the offered spelling, here too; the row is not.
    desk.ok(&["set-role", "bob", "therapist", "--expect", "PATIENT"]);
    desk.sql("UPDATE users SET role = 'Therapist' WHERE id = 2");
    desk.refused(&["set-role", "bob", "patient", "--expect", "therapist"], 4, "expect_unmet");
    desk.ok(&["set-role", "bob", "patient", "--expect", "Therapist"]);
    desk.ok(&["set-role", "bob", "therapist", "--expect", "patient"]);
    desk.sql("UPDATE users SET role = NULL WHERE id = 2");
    desk.refused(&["set-role", "bob", "therapist", "--expect", "patient"], 4, "expect_unmet");
    desk.ok(&["set-role", "bob", "patient"]);
    assert_eq!(
        desk.events().last().map(String::as_str),
        Some(r#"role_changed done 2 bob {"role":null} {"role":"patient"} -"#)
    );
}

/// Field report A13: rows hold `ADMIN` and `USER`, the names of an enum.
#[test]
fn a_check_of_the_table_is_respected() {
    let desk = Desk::empty();
    let table = fixture::PREAUTH.replace(
        "created_at DATETIME DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id));\nCREATE INDEX ix_users_id",
        "created_at DATETIME, password_hash TEXT DEFAULT '', salt TEXT DEFAULT '', is_active BOOLEAN DEFAULT 1,
         is_verified BOOLEAN DEFAULT 0, last_login TIMESTAMP, failed_login_attempts INTEGER DEFAULT 0,
         locked_until TIMESTAMP, role TEXT DEFAULT 'USER' CHECK (role IN ('ADMIN', 'USER')), full_name TEXT,
         PRIMARY KEY (id));\nCREATE INDEX ix_users_id",
    );
    let rows = "INSERT INTO users (id, username, email, role) VALUES (1,'ann','ann@example.org','ADMIN'),(2,'bob','bob@example.org','USER')";
    fixture::make(&desk.db(), &[&table, fixture::EVENTS, rows]);
    desk.refused(&["set-role", "bob", "admin"], 5, "policy_role");
    desk.refused(&["set-role", "bob", "wizard"], 5, "policy_role").names(&["wizard"]);
    desk.refused(
        &["user", "add", "nina", "--email", "n@example.org", "--role", "patient", "--generate"],
        5,
        "policy_role",
    );
    desk.config("roles = [\"ADMIN\", \"USER\"]");
    desk.ok(&["set-role", "bob", "admin"]);
    assert_eq!(desk.user("bob", "role"), "ADMIN");
    desk.ok(&["set-role", "bob", "user"]);
    desk.refused_in_json(&["set-role", "ann", "user"], "", 4, "last_admin");
    desk.ok(&["user", "add", "nina", "--email", "n@example.org", "--generate"]);
    assert_eq!(desk.user("nina", "role"), "USER", "the column's default");
}

/// The same without a CHECK: a new spelling is never written silently.
#[test]
fn rows_in_another_spelling_without_a_check() {
    let desk = Desk::usual();
    desk.sql("UPDATE users SET role = upper(role)");
    assert_eq!(desk.json(&["user", "show", "bob"])["role"], "PATIENT");
    let out = desk.ok(&["set-role", "bob", "admin"]);
    assert_eq!(desk.user("bob", "role"), "admin");
    assert!(out.stderr.contains("PATIENT"), "the old spelling is named: {out:?}");
}

#[test]
fn an_unreadable_role_is_named_in_the_event_and_mended() {
    let desk = Desk::usual();
    open(&desk.db()).execute("UPDATE users SET role = x'00ff' WHERE id = 2", []).expect("a blob");
    assert_eq!(desk.json(&["user", "show", "bob"])["raw"]["role"], json!({"type": "blob", "hex": "00ff"}));
    desk.ok(&["set-role", "bob", "patient"]);
    assert_eq!(desk.user("bob", "typeof(role) || role"), "textpatient");
}

#[test]
fn tokens_issued_before_keep_their_role_and_it_is_said() {
    let desk = Desk::usual();
    let out = desk.ok(&["set-role", "bob", "admin"]);
    assert!(out.stderr.contains("tokens"), "{out:?}");
}
