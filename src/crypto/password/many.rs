//! Many hashes at once, on all cores.
//!
//! What a newcomer would get wrong: each worker holds one block buffer for its whole life. A buffer for each hash
//! would make the operating system clear 64 MiB again and again, and memory grows with the workers, not with the
//! passwords.

use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::compute::Workspace;
use super::{HashParams, MakeError, NewHash, Salts, make_in};
use crate::crypto::random::Source;
use crate::model::secret::Password;

/// Memory that all workers together may take, in KiB: 1 GiB, so that a machine with many cores does not run out.
const MAX_TOTAL_KIB: u32 = 1 << 20;
/// How often `tick` is asked while no hash gets ready.
const TICK: Duration = Duration::from_millis(50);

/// What became of the passwords.
#[derive(Debug)]
pub enum Made {
    /// A hash for each, in their order.
    All(Vec<NewHash>),
    /// `tick` said stop.
    Stopped,
}

/// Makes a hash of each password with fresh salts, on all cores.
///
/// `tick` is called on this thread with the number of hashes that are ready, at least every 50 ms; `Break` stops
/// the work after the hashes under way.
///
/// # Errors
/// As [`super::make`].
pub fn make_many(
    passwords: &[&Password],
    params: HashParams,
    random: &mut Source<'_>,
    tick: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<Made, MakeError> {
    let jobs = passwords
        .iter()
        .map(|password| Ok((*password, Salts::draw(random)?)))
        .collect::<Result<Vec<(&Password, Salts)>, MakeError>>()?;
    let mut hashes: Vec<Option<NewHash>> = jobs.iter().map(|_| None).collect();
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let end = std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..workers(jobs.len(), params) {
            let (sender, jobs, next, stop) = (sender.clone(), &jobs, &next, &stop);
            scope.spawn(move || work(jobs, params, next, stop, &sender));
        }
        drop(sender);
        let end = gather(&receiver, &mut hashes, tick);
        stop.store(true, Ordering::Relaxed);
        end
    })?;
    if end.is_break() {
        return Ok(Made::Stopped);
    }
    let all: Option<Vec<NewHash>> = hashes.into_iter().collect();
    all.map(Made::All).ok_or_else(|| MakeError::Refused("a worker ended early".to_owned()))
}

/// Takes the hashes as they get ready, until all workers have ended or `tick` says stop.
fn gather(
    receiver: &Receiver<Numbered>,
    hashes: &mut [Option<NewHash>],
    tick: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, MakeError> {
    let mut ready = 0;
    loop {
        if tick(ready).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        match receiver.recv_timeout(TICK) {
            Ok((at, made)) => {
                hashes[at] = Some(made?);
                ready += 1;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(ControlFlow::Continue(())),
        }
    }
}

/// Which password, and its hash.
type Numbered = (usize, Result<NewHash, MakeError>);

fn work(
    jobs: &[(&Password, Salts)],
    params: HashParams,
    next: &AtomicUsize,
    stop: &AtomicBool,
    sender: &Sender<Numbered>,
) {
    let mut workspace = Workspace::default();
    while !stop.load(Ordering::Relaxed) {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some((password, salts)) = jobs.get(at) else { return };
        let made = make_in(&mut workspace, password, params, salts);
        if sender.send((at, made)).is_err() {
            return;
        }
    }
}

/// One for each core, as far as there is work and memory for them.
fn workers(jobs: usize, params: HashParams) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let memory = usize::try_from(MAX_TOTAL_KIB / params.memory_kib.max(1)).unwrap_or(usize::MAX);
    cores.min(memory).min(jobs).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::password::{Verdict, verify};
    use crate::crypto::random;

    const SMALL: HashParams = HashParams { memory_kib: 64, time_cost: 1, parallelism: 1 };

    fn texts(count: usize) -> Vec<Password> {
        (0..count).map(|number| Password::new(format!("Quiet-River#{number}"))).collect()
    }

    #[test]
    fn each_hash_is_that_of_its_own_password_and_has_salts_of_its_own() {
        let passwords = texts(40);
        let wanted: Vec<&Password> = passwords.iter().collect();
        let mut last = 0;
        let mut tick = |ready| {
            assert!(ready >= last, "{ready} after {last}");
            last = ready;
            ControlFlow::Continue(())
        };
        let made = make_many(&wanted, SMALL, &mut random::fill, &mut tick).expect("hashes");
        let Made::All(hashes) = made else { panic!("stopped") };
        assert_eq!(hashes.len(), 40);
        for (password, made) in passwords.iter().zip(&hashes) {
            assert_eq!(verify(password, &made.salt, &made.hash), Verdict::Match);
        }
        let mut salts: Vec<&str> = hashes.iter().map(|made| made.salt.as_str()).collect();
        salts.sort_unstable();
        salts.dedup();
        assert_eq!(salts.len(), 40);
        assert_eq!(last, 40);
    }

    #[test]
    fn a_stop_ends_the_work_before_all_is_done() {
        let passwords = texts(10_000);
        let wanted: Vec<&Password> = passwords.iter().collect();
        let mut most = 0;
        let mut tick = |ready| {
            most = ready;
            if ready >= 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let made = make_many(&wanted, SMALL, &mut random::fill, &mut tick).expect("hashes");
        assert!(matches!(made, Made::Stopped));
        assert_eq!(most, 3);
    }

    #[test]
    fn no_passwords_are_no_hashes_and_no_randomness_is_an_error() {
        let go = &mut |_| ControlFlow::Continue(());
        let none = make_many(&[], SMALL, &mut random::fill, go).expect("hashes");
        assert!(matches!(none, Made::All(hashes) if hashes.is_empty()));
        let passwords = texts(2);
        let wanted: Vec<&Password> = passwords.iter().collect();
        let mut failing = |_: &mut [u8]| Err(random::RandomError::new("none"));
        assert!(matches!(make_many(&wanted, SMALL, &mut failing, go), Err(MakeError::Random(_))));
    }

    #[test]
    fn the_workers_stay_within_one_gibibyte() {
        let of = |memory_kib| workers(1_000, HashParams { memory_kib, time_cost: 3, parallelism: 1 });
        assert_eq!(of(1 << 20), 1);
        assert!(of(65_536) <= 16);
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        assert_eq!(workers(1_000_000, SMALL), cores.min(16_384));
        assert_eq!(workers(1, SMALL), 1);
        assert_eq!(workers(0, SMALL), 1);
    }
}
