//! Everything outside the process that a command may touch, passed in: streams, environment, clock, randomness,
//! the person at the terminal, and who acts.
//!
//! What a newcomer would get wrong: no environment variable sets the time or a seed. A test passes another world.

use std::io::{IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{FileType, OFlags};

use super::output::color::Stream;
use super::prompt::{Prompter, TerminalPrompter};
use super::settings::{Env, config, session};
use crate::crypto::random::{self, RandomError};
use crate::model::event::Actor;
use crate::model::time::{Clock, Timestamp};

/// Fills a buffer with random bytes.
pub type Fill = fn(&mut [u8]) -> Result<(), RandomError>;

/// The surroundings of one run.
pub struct World {
    /// Standard input.
    pub stdin: Box<dyn Read>,
    /// Results.
    pub stdout: Box<dyn Write>,
    /// Everything else.
    pub stderr: Box<dyn Write>,
    /// What the standard streams are.
    pub terminal: Terminal,
    /// An environment variable.
    pub env: Box<Env<'static>>,
    /// The working directory.
    pub cwd: PathBuf,
    /// The platform's directory for configuration.
    pub config_directory: Option<PathBuf>,
    /// The platform's directory for what is kept between runs: the saved sessions.
    pub state_directory: Option<PathBuf>,
    /// The time.
    pub clock: Box<dyn Clock>,
    /// Randomness.
    pub random: Fill,
    /// Makes the one who answers questions.
    pub prompter: Box<dyn Prompter>,
    /// Who acts; asked only where something is to be recorded, since the user database may be far away.
    pub actor: Box<dyn Fn() -> Actor>,
}

/// What the standard streams are.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Standard input.
    pub stdin: Stream,
    /// Standard output.
    pub stdout: Stream,
    /// Standard error.
    pub stderr: Stream,
    /// Columns of the terminal behind standard output.
    pub width: Option<u16>,
}

impl World {
    /// The real one.
    pub fn real() -> Self {
        Self {
            stdin: Box::new(std::io::stdin()),
            stdout: Box::new(std::io::stdout()),
            stderr: Box::new(std::io::stderr()),
            terminal: Terminal::real(),
            env: Box::new(|name| std::env::var_os(name)),
            cwd: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            config_directory: config::platform_directory(),
            state_directory: session::platform_state_directory(),
            clock: Box::new(SystemClock),
            random: random::fill,
            prompter: Box::new(TerminalPrompter::new(super::output::color::Color::Off)),
            actor: Box::new(real_actor),
        }
    }
}

impl Terminal {
    fn real() -> Self {
        let stream = |is_terminal: bool| if is_terminal { Stream::Terminal } else { Stream::Other };
        let stdout =
            if leads_nowhere(std::io::stdout()) { Stream::Nowhere } else { stream(std::io::stdout().is_terminal()) };
        Self {
            stdin: stream(std::io::stdin().is_terminal()),
            stdout,
            stderr: stream(std::io::stderr().is_terminal()),
            width: match stdout {
                Stream::Terminal => rustix::termios::tcgetwinsize(std::io::stdout()).ok().map(|size| size.ws_col),
                Stream::Other | Stream::Nowhere => None,
            },
        }
    }
}

/// Whether the stream was closed when the program was started: Rust has then opened `/dev/null` in its place, for
/// reading too, where a shell's `>/dev/null` is open for writing alone.
///
/// A program that starts this one may do as Rust does (`subprocess.DEVNULL`, Node's `ignore`), and cannot be told from
/// it: that is why only what would be lost for good is refused there, and all other output goes on into nothing.
fn leads_nowhere(stream: impl AsFd) -> bool {
    let null = rustix::fs::stat("/dev/null");
    let (Ok(found), Ok(null), Ok(flags)) = (rustix::fs::fstat(&stream), null, rustix::fs::fcntl_getfl(&stream)) else {
        return false;
    };
    let is_device = FileType::from_raw_mode(found.st_mode) == FileType::CharacterDevice;
    is_device && found.st_rdev == null.st_rdev && flags & OFlags::ACCMODE == OFlags::RDWR
}

/// The system's clock; a time before 1970 or after 9999 is cut there.
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_micros(micros).unwrap_or(Timestamp::MAX)
    }
}

fn real_actor() -> Actor {
    let uid = rustix::process::geteuid().as_raw();
    let name = nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(uid)).ok().flatten().map(|user| user.name);
    let terminal = rustix::termios::ttyname(std::io::stdin(), Vec::new())
        .or_else(|_| rustix::termios::ttyname(std::io::stderr(), Vec::new()))
        .ok()
        .and_then(|name| name.into_string().ok());
    Actor {
        uid: Some(uid.into()),
        name,
        login_uid: login_uid(),
        sudo_user: std::env::var("SUDO_USER").ok().filter(|name| !name.is_empty()),
        terminal,
        host: rustix::system::uname().nodename().to_str().ok().map(str::to_owned),
    }
}

/// The user id that logged in, which Linux keeps through `su` and `sudo`; all ones means none.
fn login_uid() -> Option<i64> {
    let text = std::fs::read_to_string("/proc/self/loginuid").ok()?;
    text.trim().parse::<u32>().ok().filter(|uid| *uid != u32::MAX).map(i64::from)
}
