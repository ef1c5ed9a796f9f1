//! Signals while a prompt holds the terminal.
//!
//! What a newcomer would get wrong: a handler that was registered cannot be taken back to the default. So
//! handlers are registered once, and outside of prompts they do what the default does.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustix::process::{Signal, getpid, kill_process};
use signal_hook::consts::signal::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::flag;
use signal_hook::low_level::emulate_default_handler;

/// What a prompt has to do about a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// TERM, HUP or QUIT, by number: restore the terminal, then end as the signal ends a process.
    End(i32),
    /// INT: restore the terminal and give up.
    Interrupt,
    /// TSTP: restore the terminal, stop, ask again.
    Stop,
}

/// The most urgent first. Stop comes before Interrupt since the crate beneath dialoguer raises INT for any
/// signal that wakes it.
const WATCHED: [Event; 5] = [Event::TERMINATE, Event::HANG_UP, Event::QUIT, Event::Stop, Event::Interrupt];

impl Event {
    /// TERM.
    pub(super) const TERMINATE: Self = Self::End(SIGTERM);
    /// HUP.
    pub(super) const HANG_UP: Self = Self::End(SIGHUP);
    /// QUIT.
    pub(super) const QUIT: Self = Self::End(SIGQUIT);

    fn number(self) -> i32 {
        match self {
            Self::End(number) => number,
            Self::Interrupt => SIGINT,
            Self::Stop => SIGTSTP,
        }
    }
}

/// The handlers of this process.
struct Handlers {
    /// False while a prompt takes care of signals.
    idle: Arc<AtomicBool>,
    seen: [Arc<AtomicBool>; WATCHED.len()],
}

static HANDLERS: OnceLock<Handlers> = OnceLock::new();
static REGISTERING: Mutex<()> = Mutex::new(());

impl Handlers {
    fn get() -> io::Result<&'static Self> {
        // Twice registered would be worse than once: the idle flag of the other would end the process.
        let _one_at_a_time = REGISTERING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handlers) = HANDLERS.get() {
            return Ok(handlers);
        }
        let handlers = Self::register()?;
        Ok(HANDLERS.get_or_init(|| handlers))
    }

    fn register() -> io::Result<Self> {
        let idle = Arc::new(AtomicBool::new(true));
        let seen = WATCHED.map(|_| Arc::new(AtomicBool::new(false)));
        for (event, seen) in WATCHED.iter().zip(&seen) {
            flag::register_conditional_default(event.number(), Arc::clone(&idle))?;
            flag::register(event.number(), Arc::clone(seen))?;
        }
        Ok(Self { idle, seen })
    }
}

/// While it lives, signals are noted and wait for the prompt.
pub(super) struct Watch {
    handlers: &'static Handlers,
}

impl Watch {
    pub(super) fn begin() -> io::Result<Self> {
        let handlers = Handlers::get()?;
        for seen in &handlers.seen {
            seen.store(false, Ordering::SeqCst);
        }
        handlers.idle.store(false, Ordering::SeqCst);
        Ok(Self { handlers })
    }

    /// The most urgent signal that came, if any.
    pub(super) fn event(&self) -> Option<Event> {
        let came = |at: &usize| self.handlers.seen[*at].load(Ordering::SeqCst);
        (0..WATCHED.len()).find(came).map(|at| WATCHED[at])
    }

    /// Whether this one came.
    pub(super) fn saw(&self, event: Event) -> bool {
        let mut both = WATCHED.iter().zip(&self.handlers.seen);
        both.any(|(watched, seen)| *watched == event && seen.load(Ordering::SeqCst))
    }

    /// Forgets that this one came.
    pub(super) fn forget(&self, event: Event) {
        for (at, watched) in WATCHED.iter().enumerate() {
            if *watched == event {
                self.handlers.seen[at].store(false, Ordering::SeqCst);
            }
        }
    }

    /// Gives signals their default again, and the most urgent one that came until then.
    pub(super) fn end(self) -> Option<Event> {
        self.handlers.idle.store(true, Ordering::SeqCst);
        self.event()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.handlers.idle.store(true, Ordering::SeqCst);
    }
}

/// Ends the process as the signal does by default; comes back only if the system refuses.
pub(super) fn end_by(event: Event) {
    // Nothing is left to do about an error: the caller gives up anyway.
    let _ = emulate_default_handler(event.number());
}

/// Sends the signal to this process again: it wakes the main thread out of a wait that began too late
/// to notice the first one.
pub(super) fn again(event: Event) {
    let signal = match event {
        Event::End(SIGHUP) => Signal::HUP,
        Event::End(SIGQUIT) => Signal::QUIT,
        Event::End(_) => Signal::TERM,
        Event::Interrupt => Signal::INT,
        Event::Stop => Signal::TSTP,
    };
    // A process may always signal itself.
    let _ = kill_process(getpid(), signal);
}
