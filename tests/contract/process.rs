//! The real binary, where the process itself matters: streams, terminals, limits, users.

use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::fixture::{OTHER, PASSWORD};
use crate::harness::{Desk, KEY, Out, Refusal};

/// `nobody` on every Linux.
const NOBODY: u32 = 65_534;

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The binary in the directory of a desk.
pub struct Real {
    program: PathBuf,
    directory: PathBuf,
    user: Option<Ordinary>,
}

/// An ordinary user, and the directory with a copy of the binary that it may enter.
struct Ordinary {
    id: u32,
    _home: TempDir,
}

impl Real {
    pub fn new(desk: &Desk) -> Self {
        Self { program: env!("CARGO_BIN_EXE_authctl").into(), directory: desk.dir.path().to_owned(), user: None }
    }

    /// As a user whom modes bind: root becomes nobody and leaves everything in the directory to it.
    pub fn ordinary(desk: &Desk) -> Self {
        let real = Self::new(desk);
        if !is_root() {
            return real;
        }
        fs::set_permissions(desk.dir.path(), Permissions::from_mode(0o755)).expect("chmod");
        for name in ["app.db", "authctl.toml", "app.db-journal", "app.db-wal", "app.db-shm"] {
            if desk.path(name).exists() {
                std::os::unix::fs::chown(desk.path(name), Some(NOBODY), Some(NOBODY)).expect("chown");
            }
        }
        std::os::unix::fs::chown(desk.dir.path(), Some(NOBODY), Some(NOBODY)).expect("chown");
        // The tree may lie where nobody may look.
        let home = tempfile::tempdir().expect("a scratch directory");
        fs::set_permissions(home.path(), Permissions::from_mode(0o755)).expect("chmod");
        let program = home.path().join("authctl");
        if fs::hard_link(&real.program, &program).is_err() {
            crate::program::copy_program(&program);
        }
        Self { program, user: Some(Ordinary { id: NOBODY, _home: home }), ..real }
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args).current_dir(&self.directory).env_clear().env("HOME", "/nonexistent").env("SECRET_KEY", KEY);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(user) = &self.user {
            command.uid(user.id).gid(user.id);
        }
        command
    }

    pub fn run(&self, args: &[&str], stdin: &str) -> Out {
        self.finish(self.command(args), stdin)
    }

    fn finish(&self, mut command: Command, stdin: &str) -> Out {
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut pipe = child.stdin.take().expect("a pipe");
        // A command that does not read closes its end: that is its right.
        let _ = pipe.write_all(stdin.as_bytes());
        drop(pipe);
        let done = child.wait_with_output().expect("it ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        let code =
            done.status.code().unwrap_or_else(|| panic!("{command:?}: ended by signal {:?}", done.status.signal()));
        Out { code: u8::try_from(code).expect("an exit code"), stdout: text(done.stdout), stderr: text(done.stderr) }
    }
}

fn many_rows() -> Desk {
    let desk = Desk::keyed();
    desk.sql(
        "WITH RECURSIVE n(i) AS (SELECT 11 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
              INSERT INTO users (id, username, email) SELECT i, 'user' || i, 'user' || i || '@example.org' FROM n",
    );
    desk
}

/// What standard input is cannot be read.
pub fn unreadable_stdin(exit: u8, code: &'static str) -> Refusal {
    let desk = Desk::usual();
    let args = ["--json", "lock", "-"];
    let before = desk.snapshot();
    let mut command = Real::new(&desk).command(&args);
    command.stdin(File::open("/").expect("a directory"));
    let output = command.output().expect("it runs");
    assert_eq!(desk.snapshot(), before);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let ended = u8::try_from(output.status.code().expect("it exits")).expect("a code");
    Out { code: ended, stdout: text(output.stdout), stderr: text(output.stderr) }.refusal(&args, exit, code)
}

/// The disk behind stdout is full.
pub fn full_disk(exit: u8, code: &'static str) -> Refusal {
    let desk = Desk::keyed();
    let args = ["--json", "user", "list"];
    into_full(&desk, &args).refusal(&args, exit, code)
}

fn into_full(desk: &Desk, args: &[&str]) -> Out {
    let real = Real::new(desk);
    let full = File::options().write(true).open("/dev/full").expect("/dev/full");
    let mut command = real.command(args);
    command.stdout(full);
    real.finish(command, PASSWORD)
}

/// Field report A25.
#[test]
fn a_closed_pipe_ends_quietly() {
    let desk = many_rows();
    let real = Real::new(&desk);
    for args in [
        &["user", "list"][..],
        &["user", "list", "--json"],
        &["user", "list", "-o", "jsonl"],
        &["user", "list", "-o", "csv"],
        &["token", "issue", "bob"],
        &["user", "show", "bob"],
        &["--help"],
        &["--version"],
        &["man"],
        &["completions", "bash"],
        &["migrate", "plan"],
        &["login", "bob", "--password-stdin"],
        &["token", "inspect", "x"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = real.command(args);
        command.stdout(writer);
        let out = real.finish(command, PASSWORD);
        let expected: &[u8] = if args[0] == "token" && args[1] == "inspect" { &[0, 6, 141] } else { &[0, 141] };
        assert!(expected.contains(&out.code), "{args:?}: {out:?}");
        assert!(!out.stderr.contains("panicked") && !out.stderr.contains("error: cannot write"), "{args:?}: {out:?}");
    }
}

#[test]
fn one_row_read_and_the_pipe_closed() {
    let desk = many_rows();
    let mut child = Real::new(&desk).command(&["user", "list"]).spawn().expect("it starts");
    let mut stdout = child.stdout.take().expect("a pipe");
    let mut first = [0_u8; 100];
    stdout.read_exact(&mut first).expect("a row");
    drop(stdout);
    let done = child.wait_with_output().expect("it ends");
    assert!(matches!(done.status.code(), Some(0 | 141)), "{done:?}");
    assert!(!String::from_utf8_lossy(&done.stderr).contains("panicked"), "{done:?}");
}

#[test]
fn a_committed_write_stays_reported_when_the_reader_is_gone() {
    let desk = Desk::keyed();
    let real = Real::new(&desk);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = real.command(&["lock", "bob", "--json"]);
    command.stdout(writer);
    let out = real.finish(command, "");
    assert!(out.stderr.contains("locked id:2 bob"), "{out:?}");
    assert_ne!(desk.user("bob", "locked_until"), "NULL");
}

#[test]
fn a_full_disk_is_an_error_and_a_committed_write_says_so() {
    let desk = Desk::keyed();
    for args in [
        &["user", "list"][..],
        &["user", "list", "-o", "csv"],
        &["user", "show", "bob"],
        &["--help"],
        &["--version"],
        &["man"],
        &["completions", "bash"],
        &["migrate", "status"],
        &["token", "issue", "bob"],
        &["login", "bob", "--password-stdin"],
        &["token", "inspect", "x.y.z"],
        &["token", "verify", "x.y.z"],
    ] {
        let out = into_full(&desk, args);
        assert_eq!(out.code, 1, "{args:?}: {out:?}");
        assert!(out.stderr.contains("error: ") && !out.stderr.contains("panicked"), "{args:?}: {out:?}");
    }
    for args in [
        &["user", "passwd", "bob", "--generate"][..],
        &["user", "add", "nina", "--email", "n@example.org", "--generate"],
    ] {
        let out = into_full(&desk, args);
        assert_eq!(out.code, 1);
        assert!(out.stderr.contains("user passwd"), "the password is lost, the change is not: {out:?}");
    }
    assert_eq!(desk.cell("SELECT count(*) FROM users WHERE username = 'nina'"), "1");
    let out = into_full(&desk, &["lock", "bob", "--json"]);
    assert!(out.code == 1 && out.stderr.contains("locked id:2 bob"), "{out:?}");
    let out = into_full(
        &desk,
        &["init", "--database", "new.db", "--admin-username", "root1", "--admin-email", "r@example.org"],
    );
    assert!(out.code == 1 && out.stderr.contains("user passwd"), "{out:?}");
    assert!(desk.path("new.db").exists());
    // Nothing is said to be done that was not.
    let there = ["user", "add", "bob", "--email", "bob@example.org", "--if-missing", "--json"];
    for args in [&there[..], &["user", "passwd", "bob", "--generate", "-n", "--json"]] {
        let out = into_full(&desk, args);
        assert!(out.code == 1 && !out.stderr.contains("the change was made"), "{args:?}: {out:?}");
    }
    for (more, said) in [("-n", false), ("-v", true)] {
        let out = into_full(&desk, &["init", "--database", "other.db", "--json", more]);
        assert!(out.code == 1 && out.stderr.contains("the database was created") == said, "{out:?}");
        assert!(!out.stderr.contains("passwd"), "{out:?}");
    }
}

/// Field report A02: no terminal, no hang, nothing written.
#[test]
fn without_a_terminal_nothing_is_asked_and_nothing_is_written() {
    let desk = Desk::keyed();
    let before = desk.snapshot();
    for args in [
        &["user", "add", "nina", "--email", "n@example.org"][..],
        &["user", "add"],
        &["user", "passwd", "bob"],
        &["login", "bob"],
        &["unlock"],
        &["unlock", "--all-locked"],
    ] {
        for detached in [false, true] {
            let mut args = args.to_vec();
            args.insert(0, "--json");
            let real = Real::new(&desk);
            let out = if detached {
                let program = real.program.display().to_string();
                let mut command = Command::new("setsid");
                let inner = real.command(&args);
                command.arg("--wait").arg(program).args(inner.get_args()).current_dir(&real.directory).env_clear();
                command.env("SECRET_KEY", KEY).stdout(Stdio::piped()).stderr(Stdio::piped());
                real.finish(command, "")
            } else {
                real.run(&args, "")
            };
            let refusal = out.refusal(&args, 2, "would_prompt");
            assert!(!refusal.hint.is_empty() && out.stdout.is_empty(), "{args:?}: {refusal:?}");
            let words = real.run(&args[1..], "");
            assert_eq!(words.stderr.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{words:?}");
        }
    }
    assert_eq!(desk.snapshot(), before);
}

/// A line of a shell, with its redirections.
fn shell(desk: &Desk, line: &str) -> std::process::Output {
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(format!("exec '{}' {line}", env!("CARGO_BIN_EXE_authctl")));
    command.current_dir(desk.dir.path()).env_clear().env("SECRET_KEY", KEY);
    command.stdin(Stdio::null()).output().expect("a shell")
}

#[test]
fn streams_that_are_closed_harm_nothing() {
    let desk = Desk::keyed();
    let shell = |line: &str| shell(&desk, line);
    // Without stdin: nothing to read is no password.
    let out = shell("login bob --password-stdin <&-");
    assert_eq!(out.status.code(), Some(2), "{out:?}");
    assert_eq!(desk.user("bob", "failed_login_attempts"), "0");
    // Without stdout: a file that the tool opens must not take its place.
    let before = desk.snapshot()["app.db"].clone();
    for line in ["user list >&-", "user list --json >&-", "token inspect x >&-"] {
        let out = shell(line);
        assert!(out.status.code().is_some_and(|code| code != 101), "{line}: {out:?}");
        assert_eq!(desk.snapshot()["app.db"], before, "{line}");
    }
    let out = shell("lock bob --json >&- 2>&-");
    assert!(out.status.code().is_some_and(|code| code != 101), "{out:?}");
    assert_eq!(desk.cell("PRAGMA integrity_check"), "ok");
    assert_ne!(desk.user("bob", "locked_until"), "NULL", "a closed stderr does not undo it");
}

/// Where stdout is closed, a secret that is shown once would be lost with exit 0. What can be had again goes on.
#[test]
fn a_secret_that_nobody_could_read_is_refused_before_anything_is_changed() {
    let desk = Desk::keyed();
    let before = desk.snapshot();
    let init = "init --database new.db --admin-username root1 --admin-email r@example.org";
    let add = "user add nina --email n@example.org --generate";
    for line in [add, "user passwd bob --generate", "user passwd bob --generate --json", init, "token issue bob"] {
        let out = shell(&desk, &format!("{line} >&-"));
        let stderr = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(1), "{line}: {out:?}");
        assert!(
            stderr.contains("cannot write the output: stdout is closed") && stderr.contains(">/dev/null"),
            "{out:?}"
        );
        assert!(desk.snapshot() == before, "{line} changed something");
    }
    // Whoever says so throws it away; and a dry run has nothing to lose.
    for line in ["user list >&-", "user list --json >&-", "lock cleo --json >&-", &format!("{add} -n >&-")] {
        assert_eq!(shell(&desk, line).status.code(), Some(0), "{line}");
    }
    let out = shell(&desk, &format!("{add} >/dev/null"));
    assert_eq!((out.status.code(), desk.user("nina", "email").as_str()), (Some(0), "n@example.org"), "{out:?}");
    let out = Real::new(&desk).command(&["user", "passwd", "bob", "--generate"]).stdout(Stdio::null()).output();
    assert_eq!(out.expect("it runs").status.code(), Some(0));
}

#[test]
fn json_is_one_document_whatever_the_environment_says() {
    let desk = Desk::keyed();
    let real = Real::new(&desk);
    for args in [
        &["user", "list", "--json", "-v"][..],
        &["-vv", "lock", "bob", "--json"],
        &["unlock", "--expired", "--json", "-v"],
    ] {
        let mut command = real.command(args);
        command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "1").env("CLICOLOR_FORCE", "1").env("TERM", "xterm");
        let out = real.finish(command, "");
        assert_eq!(out.code, 0);
        out.json();
        assert!(!out.stdout.contains('\u{1b}'), "{out:?}");
    }
}

/// `security.md`, Passwords: no core dump may hold a secret.
#[test]
fn the_process_leaves_no_core() {
    let desk = Desk::keyed();
    let mut child = Real::new(&desk)
        .command(&["login", "bob", "--password-stdin"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("it starts");
    let limits = format!("/proc/{}/limits", child.id());
    let core = || {
        fs::read_to_string(&limits).ok()?.lines().find(|line| line.starts_with("Max core file size")).map(str::to_owned)
    };
    let is_zero = |line: &str| line.split_whitespace().filter(|word| *word == "0").count() == 2;
    let begun = std::time::Instant::now();
    while !core().is_some_and(|line| is_zero(&line)) {
        assert!(begun.elapsed().as_secs() < 20, "{:?}", core());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child.stdin.take().expect("a pipe").write_all(OTHER.as_bytes()).expect("it reads");
    assert_eq!(child.wait_with_output().expect("it ends").status.code(), Some(6));
}

#[test]
fn neither_arguments_nor_environment_of_the_process_hold_a_generated_password() {
    let desk = Desk::keyed();
    let out = Real::new(&desk).run(&["user", "passwd", "bob", "--generate"], "");
    let password = out.stdout.trim_end();
    assert!(password.len() >= 12 && out.code == 0, "{out:?}");
    let files = desk.snapshot();
    assert!(files.values().all(|bytes| !bytes.windows(password.len()).any(|part| part == password.as_bytes())));
}
