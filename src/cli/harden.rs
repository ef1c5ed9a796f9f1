//! Before anything else: no core dump may hold a password, and a limit on file sizes is an error, not the end.
//!
//! What a newcomer would get wrong: a failure here is passed over. What can be forbidden differs from system to system,
//! and an account must be unlocked on each of them.

use std::sync::Arc;

use rustix::process::{Resource, Rlimit, setrlimit};

/// Forbids core dumps and, on Linux, other processes of the same user to look inside.
///
/// A write beyond the limit of a file's size is an error like any other, and does not end the process.
///
/// A system that does not know these leaves the process as it was.
pub fn harden() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
    // With a handler, whatever it does, a write beyond `ulimit -f` fails and is undone; without one it kills.
    let _ = signal_hook::flag::register(signal_hook::consts::signal::SIGXFSZ, Arc::default());
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
