//! `audit`: what is listed, shown, exported, verified, kept as a head, and pruned.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::fixture;
use crate::harness::{Answer, Desk, NOW};

/// A log of eight events: bob is locked and unlocked, cleo gets a role, a login fails, bob is deleted by the app.
pub fn logged() -> Desk {
    let mut desk = Desk::keyed();
    for (minute, args, stdin) in [
        (0, &["lock", "bob", "--reason", "lost phone"][..], ""),
        (1, &["unlock", "bob"], ""),
        (2, &["set-role", "cleo", "admin"], ""),
        (3, &["login", "nobody", "--password-stdin"], "Wrong-Password-1"),
        (4, &["login", "cleo", "--password-stdin"], "Wrong-Password-1"),
        (5, &["token", "issue", "ann"], ""),
        (6, &["user", "deactivate", "bob"], ""),
        (7, &["lock", "ann", "--for", "2h"], ""),
    ] {
        desk.micros = (NOW + minute * 60) * 1_000_000;
        desk.run_with(args, stdin);
    }
    desk.micros = (NOW + 600) * 1_000_000;
    desk.sql("DELETE FROM users WHERE id = 2");
    assert_eq!(desk.events().len(), 8);
    desk
}

fn ids(document: &Value) -> Vec<i64> {
    document.as_array().expect("an array").iter().map(|event| event["id"].as_i64().expect("an id")).collect()
}

fn listed(desk: &Desk, args: &[&str]) -> Vec<i64> {
    ids(&desk.json(&[&["audit", "list"], args].concat()))
}

#[test]
fn a_list_is_filtered_by_account_actor_event_and_time_and_printed_oldest_first() {
    let desk = logged();
    for (args, expected) in [
        (&[][..], &[1, 2, 3, 4, 5, 6, 7, 8][..]),
        (&["--limit", "3"], &[6, 7, 8]),
        (&["--limit", "0"], &[]),
        (&["--limit", "99"], &[1, 2, 3, 4, 5, 6, 7, 8]),
        (&["--user", "cleo"], &[3, 5]),
        (&["--user", "Cleo.M@example.org"], &[3, 5]),
        // Deleted since: by its id, and by the name that was recorded.
        (&["--user", "id:2"], &[1, 2, 7]),
        (&["--user", "bob"], &[1, 2, 7]),
        (&["--user", "user:bob", "--limit", "1"], &[7]),
        (&["--actor", "olga"], &[1, 2, 3, 4, 5, 6, 7, 8]),
        (&["--actor", "1000", "--limit", "1"], &[8]),
        (&["--actor", "root"], &[]),
        (&["--event", "login_failed"], &[4, 5]),
        (&["--event", "login_failed", "--event", "role_changed"], &[3, 4, 5]),
        (&["--since", "2026-11-25 02:05"], &[6, 7, 8]),
        (&["--since", "2026-11-25T04:05:00+02:00", "--until", "2026-11-25T02:07:00Z"], &[6, 7]),
        (&["--since", "-4m"], &[7, 8]),
        (&["--until=-4m"], &[1, 2, 3, 4, 5, 6]),
        (&["--until", "2026-11-25"], &[]),
        (&["--event", "login_failed", "--user", "cleo", "--since", "-1h"], &[5]),
    ] {
        assert_eq!(listed(&desk, args), expected, "{args:?}");
    }
}

#[test]
fn the_id_of_a_deleted_account_finds_its_events_also_when_the_id_is_used_again() {
    let desk = logged();
    desk.sql("INSERT INTO users (id, username, email) VALUES (2, 'carl', 'carl@example.org')");
    assert_eq!(listed(&desk, &["--user", "carl"]), [1, 2, 7], "recorded as bob's, under the same id");
    desk.sql("UPDATE users SET id = 30 WHERE id = 2");
    assert_eq!(listed(&desk, &["--user", "bob"]), [1, 2, 7]);
    assert_eq!(listed(&desk, &["--user", "carl"]), [] as [i64; 0]);
    desk.refused(&["audit", "list", "--user", "boB"], 3, "not_found").names(&["'boB'"]);
    desk.refused(&["audit", "list", "--user", "id:77"], 3, "not_found").names(&["id:77"]);
    desk.refused(&["audit", "list", "--user", "CLEO"], 4, "ambiguous").names(&["cleo"]);
}

#[test]
fn the_account_of_a_session_is_an_actor_too() {
    let desk = logged();
    desk.sql("UPDATE security_events SET details = '{\"session_username\":\"tess\"}' WHERE id = 3");
    assert_eq!(listed(&desk, &["--actor", "tess"]), [3]);
}

#[test]
fn every_format_holds_the_events_and_only_json_is_exact() {
    let desk = logged();
    desk.sql("UPDATE security_events SET reason = 'a\u{1b}[31m\u{202e}' || char(10) || '=1' WHERE id = 1");
    let args = ["audit", "list", "--limit", "8", "--columns", "id,reason"];
    for format in ["table", "csv"] {
        let out = desk.ok(&[&args[..], &["-o", format]].concat());
        assert!(out.stdout.contains(r"a\u{1b}[31m\u{202e}\n=1"), "{format}: {out:?}");
        assert!(!out.stdout.contains('\u{1b}') && !out.stdout.contains('\u{202e}'), "{format}: {out:?}");
        assert_eq!(out.stdout.lines().count(), 9, "{out:?}");
    }
    let show = desk.ok(&["audit", "show", "1"]);
    assert!(show.stdout.contains(r"a\u{1b}[31m\u{202e}\n=1") && !show.stdout.contains('\u{1b}'), "{show:?}");
    let lines = desk.ok(&["audit", "list", "-o", "jsonl"]).stdout;
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(events.len(), 8);
    assert!(!lines.contains('\u{1b}') && !lines.contains('\u{202e}'));
    assert_eq!(events[0]["reason"], "a\u{1b}[31m\u{202e}\n=1");
    assert_eq!(events[2]["before"], json!({"role": "therapist"}));
    assert_eq!(events[2]["after"], json!({"role": "admin"}));
    let table = desk.ok(&["audit", "list"]).stdout;
    for part in ["2026-11-25 02:00:00 UTC", "id:2 bob", "role: therapist -> admin", "olga", "refused"] {
        assert!(table.contains(part), "{part}: {table}");
    }
}

#[test]
fn show_tells_everything_and_an_unknown_id_is_not_found() {
    let desk = logged();
    let event = desk.json(&["audit", "show", "1"]);
    for (name, value) in [
        ("id", json!(1)),
        ("at", json!("2026-11-25T02:00:00.000Z")),
        ("event", json!("account_locked")),
        ("outcome", json!("done")),
        ("target_id", json!(2)),
        ("target_username", json!("bob")),
        ("reason", json!("lost phone")),
        ("actor_uid", json!(1000)),
        ("actor_name", json!("olga")),
        ("actor_login_uid", json!(1001)),
        ("actor_sudo_user", json!("otto")),
        ("actor_terminal", json!("/dev/pts/7")),
        ("actor_host", json!("desk")),
        ("prev_hash", json!("0".repeat(64))),
        ("hash", json!(desk.cell("SELECT hash FROM security_events WHERE id = 1"))),
    ] {
        assert_eq!(event[name], value, "{name}");
    }
    let words = desk.ok(&["audit", "show", "1"]).stdout;
    assert!(words.contains("lost phone") && words.contains("10 minutes ago"), "{words}");
    desk.refused(&["audit", "show", "9"], 3, "not_found").names(&["no event 9"]).advises(&["8"]);
    desk.refused(&["audit", "show", "-1"], 3, "not_found").names(&["no event -1"]);
    desk.refused(&["audit", "show", "eight"], 2, "usage").names(&["eight"]);
    desk.refused(&["audit", "show"], 2, "usage");
}

#[test]
fn a_row_that_another_hand_wrote_is_shown_marked_and_never_stops_a_list() {
    let desk = logged();
    desk.sql("UPDATE security_events SET reason = x'ff00', at = 'yesterday', target_id = 'two' WHERE id = 2");
    let out = desk.ok(&["audit", "list", "--since", "-1m", "-o", "jsonl"]);
    assert!(out.stderr.contains("1 event holds") && out.stderr.contains("audit verify"), "{out:?}");
    let event: Value = serde_json::from_str(out.stdout.trim_end()).expect("the event whose time cannot be read");
    assert_eq!((&event["id"], &event["reason"], &event["target_id"]), (&json!(2), &Value::Null, &Value::Null));
    assert_eq!(event["raw"]["reason"], json!({"type": "blob", "hex": "ff00"}));
    assert_eq!(event["raw"]["target_id"], json!({"type": "text", "text": "two"}));
    assert_eq!(desk.ok(&["audit", "list"]).stdout.lines().count(), 9);
}

#[test]
fn an_export_holds_whole_rows_as_they_are_stored() {
    let desk = logged();
    let lines = desk.ok(&["audit", "export"]).stdout;
    let columns = "id at event outcome target_id target_username before after details reason actor_uid actor_name \
                   actor_login_uid actor_sudo_user actor_terminal actor_host version prev_hash hash";
    assert_eq!(lines.lines().count(), 8);
    for (line, id) in lines.lines().zip(1..) {
        let event: Value = serde_json::from_str(line).expect("JSON");
        let names: Vec<&str> = event.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(names.join(" "), columns);
        for name in ["before", "after", "details", "hash", "prev_hash", "reason"] {
            let stored = desk.cell(&format!("SELECT {name} FROM security_events WHERE id = {id}"));
            assert_eq!(event[name].as_str().unwrap_or("NULL"), stored, "{name} of {id}");
        }
    }
    assert_eq!(ids(&desk.json(&["audit", "export", "--event", "login_failed"])), [4, 5]);
    let part = desk.ok(&["audit", "export", "--since", "-5m"]);
    assert!(part.stderr.contains("cannot be verified as a chain"), "{part:?}");
}

#[test]
fn wrong_filters_are_usage_errors_that_name_the_way_out() {
    let desk = logged();
    for (args, names, advises) in [
        (&["--event", "account-lock"][..], &["account-lock"][..], &["did you mean account_locked?"][..]),
        (&["--event", "loginfailed"], &["loginfailed"], &["did you mean login_failed?"]),
        (&["--event", ""], &["''"], &["login_failed", "database_restored"]),
        (&["--since", "2h"], &["2h", "duration"], &["--since=-2h"]),
        (&["--since", "yesterday"], &["yesterday"], &[]),
        (&["--since=-2x"], &["2x"], &[]),
        (&["--since", "2026-02-30"], &["2026-02-30"], &[]),
        (&["--since", "-1h", "--until", "-2h"], &["--since", "--until"], &["earlier"]),
        (&["--limit", "many"], &["many"], &[]),
        (&["--limit=-1"], &["-1"], &[]),
        (&["--actor", ""], &["--actor"], &["uid"]),
        (&["--user", "id:"], &["id:"], &[]),
        (&["--columns", "id,secret"], &["secret", "actor_host"], &[]),
        (&["bob"], &["too many"], &["audit list"]),
    ] {
        desk.refused(&[&["audit", "list"], args].concat(), 2, "usage").names(names).advises(advises);
    }
    let args = ["audit", "list", "--follow", "--limit", "0"];
    desk.refused_in_json(&args, "", 2, "usage").names(&["--follow"]).advises(&["-o jsonl"]);
    desk.refused(&["audit"], 2, "usage");
    desk.refused(&["audit", "verfy"], 2, "usage").names(&["verfy"]);
}

#[test]
fn a_file_without_the_log_is_pending_and_one_with_another_table_is_drift() {
    for command in [&["list"][..], &["show", "1"], &["export"], &["verify"], &["head"], &["prune", "--before=-1d"]] {
        let args = [&["audit"], command].concat();
        let desk = Desk::with(fixture::unlogged);
        desk.refused(&args, 9, "pending").names(&["security_events"]).advises(&["authctl migrate"]);
        desk.sql("CREATE TABLE security_events (id INTEGER PRIMARY KEY)");
        desk.refused(&args, 9, "drift").names(&["security_events"]);
        desk.refused(&[&args[..], &["--database", "none.db"]].concat(), 8, "db_missing");
    }
}

#[test]
fn a_sound_log_is_sound_and_says_what_that_proves() {
    let desk = logged();
    let out = desk.ok(&["audit", "verify"]);
    assert!(out.stdout.contains("sound") && !out.stdout.contains("NOT"), "{out:?}");
    assert!(out.stderr.contains("audit_key_file") && out.stderr.contains("--head"), "{out:?}");
    let hash = desk.cell("SELECT hash FROM security_events WHERE id = 8");
    let document = desk.json(&["audit", "verify"]);
    assert_eq!(
        document,
        json!({"ok": true, "rows": 8, "keyed_rows": 0, "unchecked_rows": 0, "first_bad": null,
               "head": {"id": 8, "hash": hash}, "head_matches": null, "pruned": null, "sequence": "fits"})
    );
    let empty = Desk::usual().json(&["audit", "verify"]);
    assert_eq!((&empty["ok"], &empty["rows"], &empty["head"]), (&json!(true), &json!(0), &Value::Null));
}

/// The verdict of a log that is not sound: exit 11, the document on stdout, the first bad row in the error.
pub fn unsound(desk: &Desk, args: &[&str]) -> Value {
    let args = [&["--json", "audit", "verify"], args].concat();
    let out = desk.run(&args);
    let document = out.json();
    assert_eq!(document["ok"], false, "{out:?}");
    let bad = document["first_bad"].clone();
    let message = out.refusal(&args, 11, "findings").message;
    if !bad.is_null() {
        assert_eq!(bad["message"].as_str(), Some(message.as_str()));
    }
    document
}

fn first_bad(desk: &Desk, args: &[&str]) -> (i64, String) {
    let document = unsound(desk, args);
    let bad = &document["first_bad"];
    (bad["id"].as_i64().expect("an id"), bad["why"].as_str().expect("why").to_owned())
}

/// Everything that can be told about what was done.
#[test]
fn verify_names_the_first_bad_row_and_what_happened_to_it() {
    let shift =
        "UPDATE security_events SET id = -id WHERE id >= 4; UPDATE security_events SET id = 1 - id WHERE id < 0;";
    let swap = "UPDATE security_events SET id = -3 WHERE id = 3; UPDATE security_events SET id = 3 WHERE id = 6;
                UPDATE security_events SET id = 6 WHERE id = -3;";
    let insert = format!(
        "{shift} INSERT INTO security_events SELECT 4, at, event, outcome, target_id, target_username, before, after,
         details, reason, actor_uid, actor_name, actor_login_uid, actor_sudo_user, actor_terminal, actor_host, version,
         prev_hash, hash FROM security_events WHERE id = 3"
    );
    for (sql, id, why) in [
        ("UPDATE security_events SET reason = 'found phone' WHERE id = 1", 1, "altered"),
        ("UPDATE security_events SET reason = CAST(reason AS BLOB) WHERE id = 1", 1, "altered"),
        ("UPDATE security_events SET reason = '' WHERE id = 5", 5, "altered"),
        ("UPDATE security_events SET target_id = 1.5 WHERE id = 7", 7, "altered"),
        ("UPDATE security_events SET hash = upper(hash) WHERE id = 8", 8, "altered"),
        ("DELETE FROM security_events WHERE id = 5", 6, "missing_before"),
        ("DELETE FROM security_events WHERE id IN (1, 2)", 3, "missing_before"),
        ("DELETE FROM security_events WHERE id = 8", 8, "cut"),
        ("DELETE FROM security_events", 1, "cut"),
        (swap, 3, "moved"),
        ("UPDATE security_events SET id = 12 WHERE id = 8", 12, "moved"),
        (&insert, 4, "inserted"),
        (
            "INSERT INTO security_events (id, at, event, outcome, version, prev_hash, hash)
          SELECT 0, at, event, outcome, version, prev_hash, hash FROM security_events WHERE id = 1",
            0,
            "inserted",
        ),
    ] {
        let desk = logged();
        desk.sql(sql);
        assert_eq!(first_bad(&desk, &[]), (id, why.to_owned()), "{sql}");
    }
    let desk = logged();
    desk.sql("DELETE FROM security_events WHERE id IN (4, 5)");
    let message = unsound(&desk, &[])["first_bad"]["message"].clone();
    assert_eq!(message, "events 4 to 5 are missing before event 6");
}

#[test]
fn a_record_of_ids_that_gives_a_cut_tail_away_does_not_fit() {
    let desk = logged();
    desk.sql("DELETE FROM security_events WHERE id > 6");
    let document = unsound(&desk, &[]);
    assert_eq!((&document["first_bad"]["why"], &document["sequence"]), (&"cut".into(), &"higher".into()));
}

#[test]
fn a_record_of_ids_that_was_set_back_is_a_warning() {
    for sql in ["UPDATE sqlite_sequence SET seq = 3", "DELETE FROM sqlite_sequence"] {
        let desk = logged();
        desk.sql(sql);
        let out = desk.ok(&["audit", "verify", "--json"]);
        assert_eq!(out.json()["sequence"], "changed");
        assert!(out.stderr.contains("warning: ") && out.stderr.contains("sqlite_sequence"), "{out:?}");
    }
}

#[test]
fn a_cut_tail_is_found_with_a_head_that_was_kept() {
    let desk = logged();
    let line = desk.ok(&["audit", "head"]).stdout;
    let hash = desk.cell("SELECT hash FROM security_events WHERE id = 8");
    assert_eq!(line, format!("authctl-head-v1 id=8 hash={hash} rows=8 keyed=no\n"));
    let document = desk.ok(&["audit", "head", "--json"]).stdout;
    assert_eq!(
        serde_json::from_str::<Value>(&document).expect("JSON"),
        json!({"id": 8, "hash": hash, "rows": 8, "keyed": false})
    );
    let both = format!("{line}\r\n{document}");
    for text in [line.clone(), document, both.clone()] {
        desk.write("head", &text);
        assert_eq!(desk.json(&["audit", "verify", "--head", "head"])["head_matches"], true);
        assert_eq!(desk.ok_with(&["audit", "verify", "--head", "-", "--json"], &text).json()["head_matches"], true);
    }
    desk.ok(&["unlock", "ann"]);
    assert_eq!(desk.json(&["audit", "verify", "--head", "head"])["head_matches"], true, "the log has grown since");

    // With SQLite's record of the highest id set back, nothing but the head tells.
    desk.sql("DELETE FROM security_events WHERE id > 6; UPDATE sqlite_sequence SET seq = 6");
    desk.ok(&["audit", "verify"]);
    assert_eq!(unsound(&desk, &["--head", "head"])["head_matches"], false);
    assert_eq!(first_bad(&desk, &["--head", "head"]), (7, "cut".to_owned()));
    // And new events in the place of the old ones.
    for _ in 0..3 {
        desk.ok(&["lock", "hana"]);
        desk.ok(&["unlock", "hana"]);
    }
    desk.ok(&["audit", "verify"]);
    assert_eq!(first_bad(&desk, &["--head", "head"]), (8, "not_the_head".to_owned()));
}

#[test]
fn what_is_no_head_is_a_usage_error() {
    let desk = logged();
    for text in [
        "",
        "\n\n",
        "8",
        "authctl-head-v2 id=8 hash=00 rows=8 keyed=no",
        "authctl-head-v1 id=8 hash=00 rows=8 keyed=no",
        "{\"id\":8}",
        "{",
        "\u{0}\u{1}",
    ] {
        desk.write("head", text);
        desk.refused(&["audit", "verify", "--head", "head"], 2, "usage").names(&["'head'"]).advises(&["audit head"]);
        desk.refused_with(&["audit", "verify", "--head", "-"], text, 2, "usage").names(&["standard input"]);
    }
    desk.refused(&["audit", "verify", "--head", "none"], 2, "usage").names(&["'none'"]);
    desk.refused(&["audit", "verify", "--head"], 2, "usage");
    desk.refused(&["audit", "verify", "8"], 2, "usage");
}

#[test]
fn pruning_exports_removes_and_leaves_an_anchor() {
    let desk = logged();
    let old = desk.ok(&["audit", "export"]).stdout;
    let last_hash = desk.cell("SELECT hash FROM security_events WHERE id = 4");
    let before = desk.snapshot();
    let dry = desk.ok(&["audit", "prune", "--before", "2026-11-25 02:04", "-n", "--json"]);
    assert!(dry.stderr.contains("would remove 4 events: 1 to 4"), "{dry:?}");
    assert_eq!(desk.snapshot(), before, "a dry run leaves no file");

    let document = desk.json(&["audit", "prune", "--before", "2026-11-25 02:04"]);
    let path = desk.path("app.db.events-20261125T021000Z.jsonl").canonicalize().expect("the export");
    assert_eq!(
        document,
        json!({"changed": true, "rows": 4, "first_id": 1, "last_id": 4, "export": path.to_str().expect("a path")})
    );
    let exported = fs::read_to_string(&path).expect("the export");
    assert_eq!(exported, old.split_inclusive('\n').take(4).collect::<String>());
    assert_eq!(fs::metadata(&path).expect("the export").permissions().mode() & 0o7777, 0o600);
    assert_eq!(listed(&desk, &[]), [5, 6, 7, 8, 9]);
    let event = desk.json(&["audit", "show", "9"]);
    assert_eq!((&event["event"], &event["outcome"]), (&json!("events_pruned"), &json!("done")));
    assert_eq!(event["details"], json!({"first_id": 1, "last_id": 4, "rows": 4, "last_hash": last_hash}));

    let verdict = desk.json(&["audit", "verify"]);
    assert_eq!(verdict["pruned"], json!({"event_id": 9, "last_id": 4}));
    // Once more, and the first anchor goes the way of the rest.
    let mut desk = desk;
    desk.micros += 60_000_000;
    desk.ok(&["unlock", "ann"]);
    desk.ok(&["audit", "prune", "--before=-1s", "--export", "more.jsonl"]);
    assert_eq!(listed(&desk, &[]), [10, 11], "the last event stays");
    desk.ok(&["audit", "verify"]);
    let all = exported
        + &fs::read_to_string(desk.path("more.jsonl")).expect("the second export")
        + &desk.ok(&["audit", "export"]).stdout;
    assert!(all.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["id"].clone()).eq(1..=11));
}

#[test]
fn nothing_to_prune_is_unchanged_and_leaves_no_file() {
    let mut desk = logged();
    for text in ["2026-11-25", "2026-11-25 02:00", "-10m"] {
        let before = desk.snapshot();
        let out = desk.ok(&["audit", "prune", "--before", text, "--json"]);
        assert!(out.stderr.contains("unchanged"), "{out:?}");
        assert_eq!(out.json()["changed"], false);
        assert_eq!(desk.snapshot(), before);
    }
    desk.ok(&["audit", "prune", "--before", "2026-11-25 02:09", "--export", "old.jsonl"]);
    assert_eq!(listed(&desk, &[]), [8, 9]);
    desk.micros += 60_000_000;
    desk.ok(&["audit", "prune", "--before", "-1s", "--export", "older.jsonl"]);
    assert_eq!(listed(&desk, &[]), [9, 10]);
    let before = desk.snapshot();
    let out = desk.ok(&["audit", "prune", "--before", "-1s"]);
    assert!(out.stderr.contains("unchanged"), "anchors alone are not worth another: {out:?}");
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn an_event_from_a_wrong_clock_keeps_those_behind_it_and_is_named() {
    let mut desk = logged();
    let now = desk.micros;
    desk.sql("DELETE FROM security_events; DELETE FROM sqlite_sequence");
    for minutes in [600, 1, 2] {
        desk.micros = now + minutes * 60_000_000;
        desk.ok(&["lock", "hana"]);
        desk.ok(&["unlock", "hana"]);
    }
    desk.micros = now + 300 * 60_000_000;
    let out = desk.ok(&["audit", "prune", "--before", "-1h"]);
    assert!(out.stderr.contains("unchanged") && out.stderr.contains("event 1"), "{out:?}");
}

#[test]
fn prune_refuses_before_anything_is_written() {
    let desk = logged();
    desk.write("taken.jsonl", "mine");
    for (args, exit, code, names, advises) in [
        (&["--before", "2026-11-26"][..], 2, "usage", &["still to come"][..], &["--before=-90d"][..]),
        (&["--before", "+2h"], 2, "usage", &["still to come"], &[]),
        (&["--before", "90d"], 2, "usage", &["90d"], &["--before=-90d"]),
        (&["--before", "soon"], 2, "usage", &["soon"], &[]),
        (&["--before", ""], 2, "usage", &["--before"], &[]),
        (&[], 2, "usage", &["--before"], &[]),
        (&["--before", "-1m", "--export", "taken.jsonl"], 4, "exists", &["taken.jsonl"], &["--export"]),
        (&["--before", "-1m", "--export", "-"], 2, "usage", &["standard output"], &["audit export"]),
        (&["--before", "-1m", "--export", "none/x.jsonl"], 1, "output_failed", &["none/x.jsonl"], &["--export"]),
        (&["--before", "-1m", "--columns", "secret"], 2, "usage", &["secret"], &[]),
    ] {
        desk.refused(&[&["audit", "prune"], args].concat(), exit, code).names(names).advises(advises);
    }
    desk.sql("UPDATE security_events SET reason = 'x' WHERE id = 7");
    desk.refused(&["audit", "prune", "--before", "2026-11-25 02:04"], 11, "findings")
        .names(&["not pruned", "event 7 was altered"]);
}

#[test]
fn a_long_prune_wants_a_yes() {
    let mut desk = logged();
    desk.sql(
        "WITH RECURSIVE n(i) AS (SELECT 9 UNION ALL SELECT i + 1 FROM n WHERE i < 500010)
         INSERT INTO security_events (id, at, event, outcome, version, prev_hash, hash)
         SELECT i, '2026-11-25T02:08:00.000Z', 'login_failed', 'refused', '0', '', '' FROM n",
    );
    let args = ["audit", "prune", "--before", "2026-11-25 02:09"];
    let out = desk.run(&[&args[..], &["--json"]].concat());
    out.refusal(&args, 2, "would_prompt").names(&["write lock", "4 s"]).advises(&["--yes", "--before"]);
    // It does not ask: a yes is an option here, as for migrate.
    desk.attended(&[Answer::Yes]);
    assert_eq!(desk.run(&args).code, 2);
    let out = desk.run(&[&args[..], &["--yes"]].concat());
    assert!(out.code == 11 && out.stderr.contains("about 4 s"), "these rows are no chain: {out:?}");
}

#[test]
fn an_empty_log_is_not_called_proved() {
    let desk = Desk::usual();
    desk.ok(&["lock", "bob"]);
    desk.sql("DELETE FROM security_events; DELETE FROM sqlite_sequence WHERE name = 'security_events'");
    let out = desk.ok(&["audit", "verify"]);
    assert!(out.stderr.contains("warning: the log is empty, and nothing is proved"), "{out:?}");
    assert!(!out.stderr.contains("no event was changed"), "{out:?}");
}

#[test]
fn an_event_that_was_pruned_is_said_to_be_before_the_beginning() {
    let desk = Desk::usual();
    desk.ok(&["lock", "bob"]);
    desk.ok(&["unlock", "bob"]);
    let mut later = desk;
    later.micros += 60_000_000;
    let out = later.ok(&["audit", "prune", "--before=-1s"]);
    assert!(out.stderr.contains("removed 1 event: 1\n"), "{out:?}");
    later.refused(&["audit", "show", "1"], 3, "not_found").advises(&["begins at 2 and goes to 3", "audit prune"]);
}

#[test]
fn a_head_that_an_editor_saved_is_read() {
    let desk = Desk::usual();
    desk.ok(&["lock", "bob"]);
    let head = desk.ok(&["audit", "head"]).stdout;
    desk.write("head", format!("\u{feff}{}\r\n", head.trim_end()));
    assert_eq!(desk.json(&["audit", "verify", "--head", "head"])["head_matches"], true);
    desk.refused(&["audit", "verify", "--head", "none"], 2, "usage")
        .names(&["none"])
        .advises(&["audit head", "- reads"]);
}

#[test]
fn a_whole_export_says_where_rows_are_missing() {
    let desk = Desk::usual();
    for verb in ["lock", "unlock", "lock"] {
        desk.ok(&[verb, "bob"]);
    }
    assert!(!desk.ok(&["audit", "export"]).stderr.contains("missing"));
    desk.sql("DELETE FROM security_events WHERE id = 2");
    let out = desk.ok(&["audit", "export"]);
    assert!(out.stderr.contains("warning: events are missing before event 3"), "{out:?}");
    assert!(!desk.ok(&["audit", "export", "--user", "bob"]).stderr.contains("missing"));
}

/// A time relative to now has no place in the log: who wrote it there is told nothing.
#[test]
fn a_time_that_is_none_is_shown_as_it_stands() {
    let desk = logged();
    desk.sql("UPDATE security_events SET at = '+2h' WHERE id = 8");
    for args in [&["audit", "list", "-o", "table"][..], &["audit", "show", "8"], &["user", "show", "ann"]] {
        let screen = desk.screen(args);
        assert!(screen.contains("+2h") && !screen.contains("0001-01-01"), "{args:?}: {screen}");
    }
}
