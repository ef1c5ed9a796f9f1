//! Prompts of the real binary on a pseudo-terminal, whatever ends them; and streams that are closed, full or narrow
//! under every command.
//!
//! What a newcomer would get wrong: "every command" is taken from the definition of the command line, so that a new
//! one is missed by nobody.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::pty::drive;
use crate::scale::{figure, scaled};
use crate::stand::{Ran, Stand, fed};
use crate::support::{Journal, PASSWORD, Stage};

// --- Prompts

/// What asks, and what shows that it does.
const PROMPTS: [(&[&str], &str); 5] = [
    (&["user", "passwd", "pia_one"], "assword: "),
    (&["login", "pia_one"], "assword: "),
    (&["user", "delete", "theo_one"], "(therapist): "),
    (&["unlock", "--all-locked"], "[y/N]"),
    // A list may be cut anywhere on a narrow terminal; what hides the cursor is there at every width.
    (&["unlock"], "\u{1b}[?25l"),
];

/// What happens then, and how the process may end: an exit code, or a signal with a minus in front.
const ENDINGS: [(&str, &[i64]); 8] = [
    ("^C", &[130]),
    ("^D", &[2, 130]),
    ("TERM", &[-15, 143]),
    ("HUP", &[-1, 129]),
    ("QUIT", &[-3, 131]),
    ("INT", &[130, -2]),
    ("^Z fg ^C", &[130]),
    ("resize ^C", &[130]),
];

const TERMS: [&str; 4] = ["xterm-256color", "dumb", "", "no-such-terminal"];
const WIDTHS: [u64; 5] = [1, 2, 20, 80, 300];

fn steps(ending: &str, shown: &str) -> Vec<Value> {
    let send = |text: &str| json!({ "send": text });
    match ending {
        "^C" => vec![send("\u{3}")],
        // It ends the input of a password; the other prompts take it for no key at all, and go on until ^C.
        "^D" if shown.contains("assword") => vec![send("\u{4}")],
        "^D" => vec![send("\u{4}"), send("\u{3}")],
        "^Z fg ^C" => {
            let again = json!({ "expect": shown });
            // The others read keys one by one, ^Z among them: there it comes as the signal.
            let stop = if shown.contains("assword") { send("\u{1a}") } else { json!({"signal": "TSTP"}) };
            vec![stop, json!({"stopped": true}), json!({"fg": true}), again, send("\u{3}")]
        }
        "resize ^C" => vec![json!({"resize": [3, 9]}), json!({"resize": [50, 250]}), send("\u{3}")],
        signal => vec![json!({ "signal": signal })],
    }
}

fn on_terminal(stand: &Stand, args: &[&str], term: &str, width: u64, steps: &[Value]) -> Value {
    let mut argv = vec![env!("CARGO_BIN_EXE_authctl").to_owned()];
    argv.extend(["--config".into(), stand.path("authctl.toml").display().to_string()]);
    argv.extend(["--database".into(), stand.db().display().to_string()]);
    argv.extend(args.iter().map(|arg| (*arg).to_owned()));
    let env = json!({"TERM": term, "HOME": stand.path("home"), "SECRET_KEY": crate::stand::KEY});
    drive(&json!({"argv": argv, "env": env, "winsize": [24, width], "steps": steps}))
}

#[test]
fn whatever_ends_a_prompt_the_terminal_is_as_before_and_nothing_is_written() {
    let stand = Stand::migrated(Stage::Live, Journal::Delete);
    let before = std::fs::read(stand.db()).expect("the file");
    let (mut runs, mut turn) = (0, 0);
    for (args, shown) in PROMPTS {
        for (ending, codes) in ENDINGS {
            // In the short form each pair meets one terminal and one width, and all of them come round.
            let all = TERMS.iter().flat_map(|term| WIDTHS.iter().map(move |width| (*term, *width)));
            let chosen: Vec<(&str, u64)> = match scaled(0, 1) {
                0 => all.skip(turn % 20).take(1).collect(),
                _ => all.collect(),
            };
            turn += 7;
            for (term, width) in chosen {
                let what = format!("{args:?}, {ending}, TERM={term:?}, {width} columns");
                let mut script = vec![json!({ "expect": shown })];
                script.extend(steps(ending, shown));
                let run = on_terminal(&stand, args, term, width, &script);
                assert_eq!(run["failed"], Value::Null, "{what}: {run}");
                assert_eq!(run["restored"], true, "{what}: {run}");
                assert_ne!(run["restored_when_stopped"], false, "{what}: {run}");
                assert_eq!(run["cursor_hidden"], false, "{what}: {run}");
                assert_eq!(run["stdout"], "", "{what}: {run}");
                let ended = run["exit"].as_i64().or_else(|| run["signal"].as_i64().map(|signal| -signal));
                assert!(ended.is_some_and(|ended| codes.contains(&ended)), "{what}: {run}");
                assert!(std::fs::read(stand.db()).expect("the file") == before, "{what}");
                runs += 1;
            }
        }
    }
    let value =
        format!("{runs} runs of {} prompts, {} endings: restored, nothing written", PROMPTS.len(), ENDINGS.len());
    figure("prompts on a pseudo-terminal", &value);
}

// --- Streams

/// Every command once, with its standard input.
const COMMANDS: [(&[&str], &str); 46] = [
    (&["init", "--database", "new.db"], ""),
    (&["migrate"], ""),
    (&["migrate", "status"], ""),
    (&["migrate", "plan"], ""),
    (&["migrate", "check"], ""),
    (&["migrate", "rehearse"], ""),
    (&["user", "add", "nia-two", "--email", "nia@example.org", "--generate"], ""),
    (&["user", "list"], ""),
    (&["user", "show", "pia_one"], ""),
    (&["user", "passwd", "pia_one", "--generate"], ""),
    (&["user", "activate", "ian_off"], ""),
    (&["user", "deactivate", "pia_one"], ""),
    (&["user", "verify", "pia_one"], ""),
    (&["user", "edit", "pia_one", "--full-name", "Pia Two"], ""),
    (&["user", "delete", "pia_one", "--yes"], ""),
    (&["user", "why", "zoe_locked"], ""),
    (&["user", "import", "people.csv"], ""),
    (&["user", "export"], ""),
    (&["login", "pia_one", "--password-stdin"], PASSWORD),
    (&["whoami"], ""),
    (&["logout"], ""),
    (&["lock", "pia_one"], ""),
    (&["unlock", "zoe_locked"], ""),
    (&["set-role", "pia_one", "therapist"], ""),
    (&["token", "issue", "pia_one"], ""),
    (&["token", "inspect", "--no-verify", TOKEN], ""),
    (&["token", "verify", TOKEN], ""),
    (&["audit", "list"], ""),
    (&["audit", "show", "1"], ""),
    (&["audit", "verify"], ""),
    (&["audit", "export"], ""),
    (&["audit", "head"], ""),
    (&["audit", "prune", "--before=-1s", "--json"], ""),
    (&["db", "backup", "copy.db"], ""),
    (&["db", "restore", "old.db", "--yes"], ""),
    (&["db", "check"], ""),
    (&["db", "info"], ""),
    (&["doctor"], ""),
    (&["secret", "generate"], ""),
    (&["config", "show"], ""),
    (&["completions", "bash"], ""),
    (&["man"], ""),
    (&["--help"], ""),
    (&["--version"], ""),
    (&["user", "list", "--json"], ""),
    (&["user", "list", "-o", "csv"], ""),
];

/// What prints a secret that is shown once.
const SHOWN_ONCE: [&[&str]; 3] = [&["user", "add"], &["user", "passwd"], &["token", "issue"]];

/// A token that nobody signed.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjo2fQ.c2lnbmF0dXJl";

fn furnished() -> Stand {
    let stand = Stand::migrated(Stage::Live, Journal::Delete);
    stand.write("people.csv", "username,email\nlena,lena@example.org\n");
    stand.run(&["db", "backup", "old.db"]).expect(0);
    // A hash that costs as little as the configuration allows.
    stand.run_with(&["user", "passwd", "pia_one", "--password-stdin"], PASSWORD).expect(0);
    stand.run(&["lock", "theo_one"]).expect(0);
    stand
}

fn leaves(command: &clap::Command, path: &str, found: &mut BTreeSet<String>) {
    let children: Vec<&clap::Command> =
        command.get_subcommands().filter(|child| child.get_name() != "help" && !child.is_hide_set()).collect();
    if children.is_empty() {
        found.insert(path.to_owned());
    }
    for child in children {
        leaves(child, format!("{path} {}", child.get_name()).trim(), found);
    }
}

#[test]
fn no_command_is_missing_here() {
    let mut all = BTreeSet::new();
    let mut definition = authctl::cli::definition();
    definition.build();
    leaves(&definition, "", &mut all);
    let covered = |leaf: &String| {
        let words: Vec<&str> = leaf.split(' ').collect();
        COMMANDS.iter().any(|(args, _)| args.starts_with(&words))
    };
    let missing: Vec<&String> = all.iter().filter(|leaf| !covered(leaf)).collect();
    assert!(all.len() > 30, "{all:?}");
    assert_eq!(missing, Vec::<&String>::new());
}

/// What becomes of a stream.
#[derive(Clone, Copy, Debug)]
enum Stream {
    /// Standard output is a pipe whose reader is gone.
    Gone,
    /// Standard output is a full disk.
    Full,
    /// It is closed from the start.
    Closed(u8),
    /// Standard error is a full disk.
    FullErrors,
    /// All three are closed.
    Nothing,
}

const STREAMS: [Stream; 7] = [
    Stream::Gone,
    Stream::Full,
    Stream::Closed(0),
    Stream::Closed(1),
    Stream::Closed(2),
    Stream::FullErrors,
    Stream::Nothing,
];

fn full() -> File {
    File::options().write(true).open("/dev/full").expect("/dev/full")
}

fn with_stream(stand: &Stand, args: &[&str], stdin: &str, stream: Stream) -> Ran {
    let closing = |redirections: &str| {
        let inner = stand.command(args);
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec \"$0\" \"$@\" {redirections}")]).arg(inner.get_program());
        command.args(inner.get_args()).env_clear().current_dir(stand.dir.path());
        command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let command = match stream {
        Stream::Gone => {
            let (reader, writer) = std::io::pipe().expect("a pipe");
            drop(reader);
            let mut command = stand.command(args);
            command.stdout(writer);
            command
        }
        Stream::Full => {
            let mut command = stand.command(args);
            command.stdout(full());
            command
        }
        Stream::FullErrors => {
            let mut command = stand.command(args);
            command.stderr(full());
            command
        }
        Stream::Closed(0) => closing("<&-"),
        Stream::Closed(1) => closing(">&-"),
        Stream::Closed(_) => closing("2>&-"),
        Stream::Nothing => closing("<&- >&- 2>&-"),
    };
    fed(command, stdin)
}

#[test]
fn streams_that_are_closed_or_full_end_no_command_in_a_panic_nor_hide_what_it_did() {
    let stand = furnished();
    let (mut runs, mut printing) = (0, 0);
    for (number, (args, stdin)) in COMMANDS.into_iter().enumerate() {
        let normal = stand.copy().run_with(args, stdin);
        let code = normal.code.expect("it ends by itself");
        let prints = !normal.out.is_empty();
        printing += u64::from(prints);
        for (at, stream) in STREAMS.into_iter().enumerate() {
            // In the short form the first two for all, and of the others one each.
            if scaled(0, 1) == 0 && at > 1 && (number + at) % 5 != 0 {
                continue;
            }
            let copy = stand.copy();
            let ran = with_stream(&copy, args, stdin, stream);
            let what = format!("{args:?} with {stream:?}: {ran:?}, otherwise {normal:?}");
            assert!(!ran.err.contains("panicked"), "{what}");
            let allowed: &[i32] = match stream {
                Stream::Gone if prints => &[0, code],
                Stream::Full if prints => &[1],
                // A secret that nobody could read is not made.
                Stream::Closed(1) | Stream::Nothing if SHOWN_ONCE.iter().any(|secret| args.starts_with(secret)) => &[1],
                // What can be had again goes where a closed descriptor leads: nowhere.
                Stream::Gone | Stream::Full | Stream::FullErrors | Stream::Closed(1 | 2) => &[code],
                // A password that cannot be read.
                Stream::Closed(_) | Stream::Nothing if !stdin.is_empty() => &[code, 2],
                Stream::Closed(_) | Stream::Nothing => &[code],
            };
            assert!(ran.code.is_some_and(|code| allowed.contains(&code)), "{what}");
            if matches!(stream, Stream::Full) && prints {
                assert!(ran.err.contains("cannot write the output"), "{what}");
            }
            runs += 1;
        }
    }
    assert!(printing > 25, "only {printing} commands print");
    let value =
        format!("{runs} runs of {} commands, {printing} of which print: no panic, the right code", COMMANDS.len());
    figure("closed and full streams", &value);
}

/// What a write did is there whichever stream failed.
#[test]
fn a_write_whose_output_is_lost_is_done_and_says_so() {
    for (args, sql) in [
        (&["user", "add", "nia-two", "--email", "nia@example.org", "--generate"][..], "username = 'nia-two'"),
        (&["lock", "pia_one", "--json"], "username = 'pia_one' AND locked_until IS NOT NULL"),
        (&["set-role", "pia_one", "therapist", "--json"], "username = 'pia_one' AND role = 'therapist'"),
    ] {
        for stream in [Stream::Full, Stream::Gone, Stream::Nothing] {
            let stand = furnished();
            let ran = with_stream(&stand, args, "", stream);
            let sql = format!("SELECT count(*) FROM users WHERE {sql}");
            let found = crate::stand::rows(&crate::stand::connection(&stand.db()), &sql);
            // A closed stdout is known beforehand: there no password is made that nobody could read.
            let refused = matches!(stream, Stream::Nothing) && args[0] == "user";
            assert_eq!(found, [[crate::support::Cell::Integer(i64::from(!refused))]], "{args:?} {stream:?}");
            if matches!(stream, Stream::Full) {
                // What was done stands in front of the error.
                let name = if args[0] == "user" { "nia-two" } else { "pia_one" };
                assert!(ran.err.contains(name) && ran.err.contains("cannot write the output"), "{args:?}: {ran:?}");
            }
        }
    }
}

/// From one column to three hundred, with and without a terminal's abilities.
#[test]
fn no_width_is_too_narrow_or_too_wide() {
    let stand = furnished();
    let commands: [&[&str]; 9] = [
        &["user", "list"],
        &["user", "show", "zoe_locked"],
        &["user", "why", "zoe_locked"],
        &["audit", "list"],
        &["audit", "show", "1"],
        &["db", "info"],
        &["doctor"],
        &["migrate", "status"],
        &["config", "show"],
    ];
    let widths: Vec<u16> =
        if scaled(0, 1) == 1 { (1..=300).collect() } else { vec![1, 2, 7, 20, 39, 60, 80, 132, 300] };
    let mut broken = BTreeSet::new();
    for args in commands {
        for width in &widths {
            let shown = on_width(&stand, args, *width);
            let widest = shown.lines().map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(0);
            assert!(!shown.is_empty(), "{args:?} at {width}");
            if *width >= 80 && widest > usize::from(*width) && args[..1] == ["user"] && args[1] == "list" {
                broken.insert(format!("{args:?} at {width}: {widest}"));
            }
        }
    }
    assert_eq!(broken, BTreeSet::new());
    figure("widths", &format!("{} commands at {} widths from 1 to 300", commands.len(), widths.len()));
}

fn on_width(stand: &Stand, args: &[&str], width: u16) -> String {
    let inner = stand.command(args);
    let mut command = Command::new("python3");
    command.args(["-c", WIDE, &width.to_string()]).arg(inner.get_program()).args(inner.get_args());
    command.current_dir(stand.dir.path());
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("NO_COLOR", "1").env("TERM", if width.is_multiple_of(2) { "dumb" } else { "xterm" });
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ran = Ran::of(command.output().expect("python3 starts"));
    assert!(matches!(ran.code, Some(0 | 11)), "{args:?} at {width}: {ran:?}");
    assert!(!ran.out.contains("panicked") && Path::new(env!("CARGO_BIN_EXE_authctl")).exists(), "{ran:?}");
    ran.out.replace('\r', "")
}

/// Runs a command with its standard output on a pseudo-terminal of a width, and prints what that showed.
const WIDE: &str = r"
import fcntl, os, pty, struct, sys, termios
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, int(sys.argv[1]), 0, 0))
child = os.fork()
if child == 0:
    os.dup2(slave, 1)
    os.dup2(slave, 2)
    os.execv(sys.argv[2], sys.argv[2:])
os.close(slave)
while True:
    try:
        part = os.read(master, 65536)
    except OSError:
        break
    if not part:
        break
    sys.stdout.buffer.write(part)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
";
