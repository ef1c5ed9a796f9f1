//! `audit list --follow`: new events as they come.
//!
//! What a newcomer would get wrong: nothing may be held between two looks, neither a lock nor the file itself.
//! The app writes meanwhile, and another file may be put in its place.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::signal::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::cli::context::Context;
use crate::cli::exit::exit;
use crate::cli::failure::{Failure, Refused, Stop};
use crate::cli::output::Emitter;
use crate::cli::output::personal::Personal;
use crate::cli::view::{AuditView, Since};
use crate::ops::audit::{self, EventQuery};
use crate::ops::error::Class;
use crate::store::{Reader, StoreError};

/// How often the file is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// How often it is asked whether to stop.
const TICK: Duration = Duration::from_millis(50);

/// Notes that ^C or TERM came.
pub(super) struct Watch {
    stop: Arc<AtomicBool>,
}

impl Watch {
    /// The first ^C or TERM ends the list between two events; a second one ends the process at once.
    pub(super) fn begin() -> Result<Self, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_shutdown(signal, exit(Class::Interrupted).into(), Arc::clone(&stop))
                .and_then(|_| flag::register(signal, Arc::clone(&stop)))
                .map_err(|error| Failure::new(Class::Unexpected, format!("cannot wait for ^C: {error}")))?;
        }
        Ok(Self { stop })
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Waits; false when it is over.
    fn wait(&self) -> bool {
        let mut left = LOOK;
        while !self.is_over() && !left.is_zero() {
            std::thread::sleep(TICK.min(left));
            left = left.saturating_sub(TICK);
        }
        !self.is_over()
    }

    /// Prints the newest events, then new ones until it is over.
    pub(super) fn follow(
        &self,
        context: &mut Context<'_>,
        reader: Reader,
        query: &EventQuery,
        backlog: u64,
    ) -> anyhow::Result<u8> {
        let (path, access, timeout) = (context.database_path()?, context.access(), context.busy_timeout);
        let personal = context.style.personal();
        let mut emitter =
            Emitter::live::<AuditView>(&mut *context.world.stdout, &context.style).map_err(Failure::from)?;
        let mut last = audit::head(&reader).map_err(Refused)?.0.id;
        let mut open = Some(reader);
        let mut limit = Some(backlog);
        loop {
            let reader = match open.take() {
                Some(reader) => Some(reader),
                None => match Reader::open(&path, timeout, access) {
                    Ok(opened) => Some(opened.store),
                    // Somebody writes for long, or is just putting another file there: the next look will tell.
                    Err(StoreError::Busy { .. }) => None,
                    Err(error) => return Err(Refused::from(error).into()),
                },
            };
            if let Some(reader) = reader {
                let end = audit::head(&reader).map_err(Refused)?.0.id;
                // An older file was put in its place: go on with its last event.
                last = if end < last { end.saturating_sub(1) } else { last };
                let after = limit.is_none().then_some(last);
                last = print(&mut emitter, &reader, query, limit.take(), after, personal)?.unwrap_or(last);
                emitter.flush().map_err(Failure::from)?;
            }
            if !self.wait() {
                emitter.finish().map_err(Failure::from)?;
                return Ok(exit(Class::Interrupted));
            }
        }
    }
}

/// Prints what there is; gives the last id that was looked at.
fn print(
    emitter: &mut Emitter<'_>,
    reader: &Reader,
    query: &EventQuery,
    limit: Option<u64>,
    after: Option<i64>,
    personal: Personal,
) -> anyhow::Result<Option<i64>> {
    let mut printed = None;
    let end = audit::each(reader, query, limit, after, |event| -> Result<(), Stop> {
        printed = Some(event.row.id);
        emitter.push(&AuditView::new(event, Since::Unsaid, personal)).map_err(Stop::from)
    });
    match end {
        Ok(end) => Ok(end.last_id),
        Err(Stop::Refused(Refused(crate::ops::Error::Store(StoreError::Busy { .. })))) => Ok(printed),
        Err(other) => Err(other.into()),
    }
}
