//! Before anything else: no core dump may hold a password.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Forbids core dumps and, on Linux, other processes of the same user to look inside.
///
/// A system that does not know these leaves the process as it was.
pub fn harden() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
