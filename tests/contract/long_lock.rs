//! Writes that would keep the app out for longer than it waits: they say so before anything is locked.

use crate::harness::Desk;

/// From here on all of them together are expected to take longer than the app can do without.
const MANY: usize = 40_000;

fn crowd() -> Desk {
    let desk = Desk::usual();
    desk.sql(&format!(
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})
         INSERT INTO users (username, email, password_hash, salt, role, is_active, is_verified, failed_login_attempts, locked_until)
         SELECT 'crowd-' || i, 'crowd-' || i || '@example.org', 'x', 'y', 'patient', 1, 0, 5, '2020-01-01 00:00:00.000000' FROM n"
    ));
    desk
}

fn list(count: usize) -> String {
    (1..=count).map(|n| format!("crowd-{n}\n")).collect()
}

#[test]
fn a_long_list_and_a_long_sweep_want_yes() {
    let desk = crowd();
    let (names, before) = (list(MANY), desk.snapshot());
    for args in [
        &["lock", "-", "--for", "1h"][..],
        &["unlock", "-"],
        &["user", "activate", "-"],
        &["user", "deactivate", "-"],
        &["user", "verify", "-"],
        &["user", "delete", "-"],
        &["unlock", "--expired"],
        &["unlock", "--all-locked"],
    ] {
        let refusal = desk.refused_in_json(args, &names, 2, "would_prompt");
        assert!(refusal.message.contains("held for about 4 s"), "{args:?}: {refusal:?}");
        assert!(refusal.hint.contains("quiet hour") && refusal.hint.contains("--yes"), "{args:?}: {refusal:?}");
    }
    assert!(desk.snapshot() == before, "the file changed");
}

#[test]
fn what_is_short_and_what_writes_nothing_wants_none() {
    let desk = crowd();
    desk.ok_with(&["unlock", "-"], list(100));
    assert_eq!(desk.cell("SELECT count(*) FROM users WHERE username LIKE 'crowd-%' AND locked_until IS NULL"), "100");
    desk.ok(&["unlock", "--expired", "--dry-run"]);
    // Locks that it leaves as they are do not count.
    desk.sql("UPDATE users SET locked_until = '9999-12-31 23:59:59.000000+00:00' WHERE username LIKE 'crowd-%'");
    desk.ok(&["unlock", "--expired"]);
    let told = desk.ok_with(&["user", "activate", "-", "--yes"], list(MANY));
    assert!(told.stderr.starts_with("note: the write lock will be held for about 4 s\n"), "{told:?}");
}

#[test]
fn a_long_import_wants_yes() {
    let desk = Desk::usual();
    let (hash, salt) = (desk.user("ann", "password_hash"), desk.user("ann", "salt"));
    let rows = (0..MANY).map(|n| format!("crowd-{n},crowd-{n}@example.org,\"{hash}\",{salt}\n"));
    let sheet = format!("username,email,password_hash,salt\n{}", rows.collect::<String>());
    let refusal = desk.refused_in_json(&["user", "import", "-"], &sheet, 2, "would_prompt");
    assert!(refusal.message.contains("held for about 4 s") && refusal.hint.contains("in parts"), "{refusal:?}");
    assert_eq!(desk.cell("SELECT count(*) FROM users WHERE username LIKE 'crowd-%'"), "0");
}
