//! The database of a run: which file, opened how, and what the operator should know about it.
//!
//! What a newcomer would get wrong: whoever opens the file here sees no more of it than the session may; a reader or
//! a store from elsewhere must be narrowed by its caller.

use std::path::{Path, PathBuf};

use super::Context;
use crate::cli::failure::{Failure, Refused};
use crate::cli::remedy;
use crate::cli::settings::database::{Located, Origin, locate};
use crate::model::text;
use crate::store::{OpenNote, Opened, Reader, Schema, Store, TriggerEffect};

impl Context<'_> {
    /// Which file, and who named it.
    ///
    /// # Errors
    /// Usage: a URL of another kind.
    pub fn locate(&self) -> anyhow::Result<Located> {
        let option = self.global.database.as_deref();
        locate(option, &self.world.env, self.configured_database.as_deref(), &self.world.cwd)
            .map_err(|error| Failure::usage(error.to_string()).hint("give a path, or sqlite:///app.db").into())
    }

    /// Opens the file for reading.
    ///
    /// # Errors
    /// The file's.
    pub fn reader(&mut self) -> anyhow::Result<Reader> {
        let located = self.locate()?;
        self.reader_of(located)
    }

    /// Opens the file for reading where one is named or `./app.db` is there; not for a command that no session
    /// was asked of though one must act.
    ///
    /// # Errors
    /// The file's, where it was named.
    pub fn reader_if_any(&mut self) -> anyhow::Result<Option<Reader>> {
        let located = self.locate()?;
        if !self.entry.sees_rows() || (located.origin == Origin::Default && !located.path.exists()) {
            return Ok(None);
        }
        self.reader_of(located).map(Some)
    }

    fn reader_of(&mut self, located: Located) -> anyhow::Result<Reader> {
        let Opened { store, notes } =
            Reader::open(&located.path, self.busy_timeout, self.access()).map_err(Refused::from)?;
        self.say_notes(&notes, &located.path);
        self.fit_columns(store.schema());
        Ok(store.within(self.entry.scope()))
    }

    /// Opens the file for writing.
    ///
    /// # Errors
    /// The file's; `Pending` and `Drift` among them; triggers with `--no-triggers`; the audit key's.
    pub fn store(&mut self) -> anyhow::Result<Store> {
        self.chain_key()?;
        let located = self.locate()?;
        let Opened { store, notes } =
            Store::open(&located.path, self.busy_timeout, self.access()).map_err(Refused::from)?;
        // Under the lock it is looked at again; here before anything is asked or computed.
        store.schema().follow(self.trigger_rule()).map_err(Refused::from)?;
        self.say_notes(&notes, &located.path);
        self.fit_columns(store.schema());
        Ok(store.within(self.entry.scope()))
    }

    /// A file without customers has no column for them.
    fn fit_columns(&mut self, schema: &Schema) {
        if !schema.has("customer_id") {
            self.style.lacking = vec!["customer_id"];
        }
    }

    /// Says what the operator should know about the file.
    pub fn say_notes(&mut self, notes: &[OpenNote], path: &Path) {
        let path = text::path(path);
        for note in notes {
            match note {
                OpenNote::OtherOwner(owner) => {
                    self.console().warn(&format!("'{path}' belongs to {owner}, not to you"));
                }
                OpenNote::Immutable => self.console().warn(&format!(
                    "'{path}' is in WAL mode and not in use: read without locks, since no side file can be left beside it"
                )),
                OpenNote::Recovered => self
                    .console()
                    .warn(&format!("'{path}' held an unfinished transaction of a crashed process: undone")),
            }
        }
    }

    /// Says what the file lacks, after a read command.
    pub fn say_pending(&mut self, schema: &Schema) {
        let missing = schema.missing();
        if !missing.is_empty() {
            let (migrate, missing) = (self.authctl("migrate"), missing.join(", "));
            let text = format!("this database is not migrated: {missing} missing; {migrate} adds them");
            self.console().hint(&text);
        }
    }

    /// Says what triggers did besides.
    pub fn say_triggers(&mut self, triggers: Option<&TriggerEffect>) {
        if let Some(effect) = triggers {
            let text = format!(
                "triggers on the table 'users' ({}) changed {} more row{}",
                effect.names.join(", "),
                effect.rows,
                if effect.rows == 1 { "" } else { "s" }
            );
            self.console().warn(&text);
        }
    }

    /// A command of ours on this database, to be typed.
    pub fn authctl(&self, rest: &str) -> String {
        remedy::authctl(self.global, rest)
    }

    /// The path of the database, absolute or as named.
    ///
    /// # Errors
    /// Usage.
    pub fn database_path(&self) -> anyhow::Result<PathBuf> {
        Ok(self.locate()?.path)
    }
}
