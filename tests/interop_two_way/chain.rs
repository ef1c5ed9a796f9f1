//! The event log of the tool, verified in Python from `docs/events.md` alone: plain, keyed and pruned, as a
//! database and as an export, sound and tampered with.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::interop_python;
use crate::tool::Tool;

const KEY: &str = "the quick brown fox jumps over the lazy dog";

/// A database with a log, and whatever lies beside it.
struct Log {
    dir: TempDir,
    tool: Tool,
    key: Option<PathBuf>,
}

impl Log {
    fn new(key: Option<&str>) -> Self {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let database = dir.path().join("app.db");
        let key = key.map(|text| {
            let path = dir.path().join("audit.key");
            fs::write(&path, format!("{text}\r\n")).expect("a key");
            fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("chmod");
            path
        });
        let mut tool = Tool::on(&database);
        if let Some(path) = &key {
            tool = tool.configured(&format!("audit_key_file = {path:?}"));
        }
        let log = Self { dir, tool, key };
        log.tool.run(&["init", "--admin-username", "ann", "--admin-email", "ann@example.org"]).done();
        log.write_events();
        log
    }

    fn write_events(&self) {
        for reason in ["", "Überweisung\n=t3:x", "\u{202e}\u{1b}[0m \u{10ffff} \u{2028}"] {
            self.tool.run(&["lock", "ann", "--force", "--reason", reason]).done();
            self.tool.run(&["unlock", "ann"]).done();
        }
        self.tool.run_with("Wrong-Password-1", &["login", "nobody", "--password-stdin"]);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// What Python says of each file.
    fn judged(&self, logs: &[PathBuf]) -> Vec<Value> {
        let mut command = Command::new(interop_python());
        command
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/verify_events.py"));
        if let Some(key) = &self.key {
            command.arg("--key-file").arg(key);
        }
        let done = command.args(logs).output().expect("Python starts");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let text = String::from_utf8(done.stdout).expect("text");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    fn exported(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, self.tool.run_plain(&["audit", "export"]).done().stdout).expect("an export");
        path
    }
}

#[test]
fn python_finds_the_log_and_its_export_sound_plain_keyed_and_pruned() {
    for key in [None, Some(KEY)] {
        let log = Log::new(key);
        let whole = log.exported("whole.jsonl");
        // Events have milliseconds: what was written until now is older than the next.
        std::thread::sleep(std::time::Duration::from_millis(5));
        log.write_events();
        let next = log.tool.run(&["audit", "show", "10"]).done().document();
        let pruned = log.path("pruned.jsonl");
        let before = next["at"].as_str().expect("a time");
        let args = ["audit", "prune", "--before", before, "--export", pruned.to_str().expect("a plain path")];
        let document = log.tool.run(&args).done().document();
        assert_eq!(document["rows"], 9, "{document}");
        let rest = log.exported("rest.jsonl");
        let joined = log.path("joined.jsonl");
        let text = |path: &Path| fs::read_to_string(path).expect("an export");
        fs::write(&joined, text(&pruned) + &text(&rest)).expect("joined");
        assert_eq!(text(&whole), text(&pruned), "as they were");

        let verdicts = log.judged(&[whole, pruned, rest, log.path("app.db")]);
        for (verdict, rows) in verdicts.iter().zip([9, 9, 8, 8]) {
            assert_eq!((&verdict["ok"], &verdict["rows"]), (&true.into(), &rows.into()), "{verdicts:?}");
        }
        // What was pruned and what stayed is one chain, but for the anchor that says that it no longer is.
        let back = &log.judged(&[joined])[0];
        assert_eq!((&back["ok"], &back["reason"]), (&false.into(), &"pruned, and here".into()));
        assert_eq!(log.tool.run(&["audit", "verify"]).done().document()["rows"], 8);
    }
}

#[test]
fn python_and_the_tool_name_the_same_first_bad_row() {
    for key in [None, Some(KEY)] {
        let log = Log::new(key);
        let sound = fs::read(log.path("app.db")).expect("the database");
        let mut tampered = Vec::new();
        let mut named = Vec::new();
        for (number, sql) in [
            "UPDATE security_events SET reason = 'x' WHERE id = 5",
            "UPDATE security_events SET reason = CAST(reason AS BLOB) WHERE id = 5",
            "UPDATE security_events SET reason = NULL WHERE id = 5",
            // A NULL that becomes a BLOB is null in an export, as it was.
            "UPDATE security_events SET reason = x'ff00' WHERE id = 4 AND reason IS NULL",
            "UPDATE security_events SET target_id = x'01' WHERE target_id IS NULL AND id = 1",
            "UPDATE security_events SET actor_uid = 0.5 WHERE id = 2",
            "UPDATE security_events SET target_id = 'one' WHERE id = 3",
            "UPDATE security_events SET version = '' WHERE id = 1",
            "UPDATE security_events SET hash = upper(hash) WHERE id = 6",
            "UPDATE security_events SET hash = 'x' WHERE id = 8",
            "DELETE FROM security_events WHERE id = 1",
            "DELETE FROM security_events WHERE id = 5",
            "DELETE FROM security_events WHERE id > 6",
            "UPDATE security_events SET id = 20 WHERE id = 8",
            // A forged row that says it follows on the row before the last.
            "CREATE TEMP TABLE forged AS SELECT * FROM security_events ORDER BY id DESC LIMIT 1;
             UPDATE forged SET id = id + 1, hash = substr(hash, 1, length(hash) - 64) || printf('%064d', 0);
             INSERT INTO security_events SELECT * FROM forged",
            "UPDATE security_events SET id = -2 WHERE id = 2; UPDATE security_events SET id = 2 WHERE id = 3;
             UPDATE security_events SET id = 3 WHERE id = -2",
        ]
        .iter()
        .enumerate()
        {
            fs::write(log.path("app.db"), &sound).expect("the sound log again");
            let db = rusqlite::Connection::open(log.path("app.db")).expect("the database opens");
            db.execute_batch(sql).expect("tampering works");
            drop(db);
            let ran = log.tool.run(&["audit", "verify"]);
            assert_eq!(ran.code, 11, "{sql}: {ran:#?}");
            named.push(ran.document()["first_bad"]["id"].clone());
            let copy = log.path(&format!("tampered-{number}.db"));
            fs::copy(log.path("app.db"), &copy).expect("a copy");
            tampered.push(copy);
            if !sql.contains("> 6") {
                named.push(named[named.len() - 1].clone());
                tampered.push(log.exported(&format!("tampered-{number}.jsonl")));
            }
        }
        let verdicts = log.judged(&tampered);
        let found: Vec<Value> = verdicts.iter().map(|verdict| verdict["first_bad"].clone()).collect();
        assert_eq!(found, named, "{verdicts:#?}");
    }
}
