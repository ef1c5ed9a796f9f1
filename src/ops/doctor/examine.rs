//! The look itself: around the file, at the file, at its accounts.
//!
//! What a newcomer would get wrong: nothing here stops at the first fault. A damaged page costs the checks that need
//! it, and the others go on.

use super::check::{Check, Severity};
use super::fault::Fault;
use super::finding::{Account, AuditKeyFault, Finding, Fixable, LogForm, Share, Way};
use super::{Around, Database, Report, Usernames, accounts, admins, files};
use crate::model::chain::HashForm;
use crate::model::secret::ChainKey;
use crate::model::time::Timestamp;
use crate::ops::error::Error;
use crate::ops::{Settings, audit};
use crate::store::{self, Likeness, MigrationPlan, NameColumn, Reader, Schema, StepState, StoreError, Twin};

/// The checks of files and keys, which need no database.
const OUTSIDE: [Check; 16] = [
    Check::DatabaseMode,
    Check::DatabaseOwner,
    Check::DirectoryMode,
    Check::SideFileMode,
    Check::SideFileOwner,
    Check::BackupMode,
    Check::EnvFileMode,
    Check::KeyFileMode,
    Check::ConfigFileMode,
    Check::KeyMissing,
    Check::KeyEmpty,
    Check::KeyDefault,
    Check::KeyUnusable,
    Check::KeyShort,
    Check::AuditKey,
    Check::FreeDisk,
];

/// Looks at what is around the file. To be done before it is opened.
pub fn look_around(around: &Around) -> Report {
    let files::Looked { findings, copies } = files::look(around);
    let mut report = Report { findings, checked: OUTSIDE.to_vec(), usernames: Usernames::Unique, copies };
    if let Some((fault, place)) = &around.key {
        report.found(Fault::Key { fault: fault.clone(), place: place.clone() });
    }
    if let Some((fault, file, why)) = &around.audit_key {
        let (file, why) = (Some(file.clone()), why.clone());
        report.found(Fault::AuditKey { fault: *fault, file, why, log: LogForm::Unknown });
    }
    report
}

/// Looks at the file, and adds what it finds to what was found around it.
///
/// # Errors
/// What keeps the file from being read, save damage, which is a finding.
pub fn examine(
    mut report: Report,
    database: Database<'_>,
    settings: &Settings,
    key: Option<&ChainKey>,
    now: Timestamp,
) -> Result<Report, Error> {
    report.checked.extend([Check::HotJournal, Check::Damaged]);
    match database {
        Database::HotJournal => report.found(Fault::HotJournal),
        Database::Damaged(complaint) => report.damaged(vec![complaint]),
        Database::Open(reader) => {
            let complaints = match reader.complaints() {
                Err(StoreError::Damaged { detail }) => vec![detail],
                // As an index with a collation that nobody has: it cannot be checked.
                Err(StoreError::Drift { faults }) => {
                    report.found(drift(faults));
                    Vec::new()
                }
                other => other?,
            };
            if !complaints.is_empty() {
                report.damaged(complaints);
            }
            report.as_a_whole(reader, key)?;
            report.accounts(reader, settings, now)?;
            report.keep_from_writing();
        }
    }
    report.findings.sort_by_key(|finding| {
        let check = finding.fault.check();
        (check.severity(), check)
    });
    report.checked.sort_unstable();
    Ok(report)
}

/// What another hand made of the tables, as a read met it.
fn drift(faults: Vec<String>) -> Fault {
    Fault::SchemaDrift { faults, triggers: Vec::new() }
}

impl Report {
    fn found(&mut self, fault: Fault) {
        self.findings.push(Finding::new(fault, Vec::new()));
    }

    fn damaged(&mut self, complaints: Vec<String>) {
        let backup = files::sound_copy(&self.copies);
        self.found(Fault::Damaged { complaints, backup });
    }

    /// How many findings count.
    pub fn counted(&self) -> usize {
        self.findings.iter().filter(|finding| finding.fault.check().severity() != Severity::Notice).count()
    }

    /// Runs a part; what damage or an odd schema keeps it from is not checked, and that is reported instead.
    fn part<T>(&mut self, checks: &[Check], result: Result<T, Error>) -> Result<Option<T>, Error> {
        match result {
            Ok(value) => {
                self.checked.extend_from_slice(checks);
                Ok(Some(value))
            }
            Err(Error::Store(StoreError::Damaged { detail })) => {
                let known = self.findings.iter().any(|finding| finding.fault.check() == Check::Damaged);
                if !known {
                    self.damaged(vec![detail]);
                }
                Ok(None)
            }
            // As a foreign key to what is no key, or a table of customers without their columns.
            Err(Error::Store(StoreError::Drift { faults })) => {
                self.found(drift(faults));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn as_a_whole(&mut self, reader: &Reader, key: Option<&ChainKey>) -> Result<(), Error> {
        let schema = reader.schema();
        let checks = [Check::SchemaPending, Check::SchemaDrift, Check::MissingIndex, Check::Triggers];
        if let Some(plan) = self.part(&checks, reader.migration_plan().map_err(Error::from))? {
            self.schema(schema, plan);
        }
        if !schema.triggers().is_empty() {
            self.found(Fault::Triggers { names: schema.triggers().to_vec() });
        }
        let checks = [Check::WalMode, Check::SqliteVersion];
        let mode = self.part(&checks, reader.journal_mode().map_err(Error::from))?;
        if mode.as_deref() == Some("wal") {
            self.found(Fault::WalMode);
            self.found(Fault::SqliteVersion { ours: store::sqlite_version() });
        }
        let orphans = reader.view().orphans().map_err(Error::from);
        if let Some(orphans) = self.part(&[Check::OrphanRows], orphans)? {
            for one in orphans {
                self.found(Fault::OrphanRows(one));
            }
        }
        if schema.has_events()
            && let Some(verdict) = self.part(&[], audit::verify(reader, key, &[]))?
        {
            self.log(verdict, key);
        }
        Ok(())
    }

    /// Keyed rows that could not be checked are no fault of the log, and the log is not checked then.
    fn log(&mut self, verdict: audit::Verdict, key: Option<&ChainKey>) {
        let keyed = verdict.keyed > 0 || HashForm::of(&verdict.head.hash) == HashForm::Keyed;
        let form = if keyed { LogForm::Keyed } else { LogForm::Plain };
        let mut known = false;
        for finding in &mut self.findings {
            if let Fault::AuditKey { log, .. } = &mut finding.fault {
                (*log, known) = (form, true);
            }
        }
        if verdict.unchecked == 0 {
            self.checked.push(Check::EventChain);
        }
        if keyed && key.is_none() && !known {
            let fault = AuditKeyFault::NotConfigured;
            self.found(Fault::AuditKey { fault, file: None, why: String::new(), log: form });
        }
        if let Some(fault) = verdict.fault {
            self.found(Fault::EventChain(fault));
        }
    }

    /// What writes into the file is kept from it where the key of its log cannot be had.
    fn keep_from_writing(&mut self) {
        if !self.findings.iter().any(|finding| finding.fault.check() == Check::AuditKey) {
            return;
        }
        for finding in &mut self.findings {
            if !matches!(finding.fault, Fault::Mode { .. } | Fault::HotJournal) {
                finding.fixable = Fixable::No;
            }
        }
    }

    fn schema(&mut self, schema: &Schema, plan: MigrationPlan) {
        let MigrationPlan { steps, faults } = plan;
        let way = if faults.is_empty() { Way::Free } else { Way::Drifted };
        if way == Way::Drifted {
            self.found(Fault::SchemaDrift { faults, triggers: schema.event_triggers().to_vec() });
        }
        let waiting = steps.iter().filter(|step| step.state == StepState::Pending).map(|step| step.name.clone());
        let (indexes, columns): (Vec<String>, Vec<String>) = waiting.partition(|name| name.starts_with("index "));
        // The index of a table that is missing comes with the table.
        let comes_along = |name: &String| !schema.has_events() && name.contains("security_events");
        let indexes: Vec<String> = indexes.into_iter().filter(|name| !comes_along(name)).collect();
        let mut pending = Vec::new();
        if !columns.is_empty() {
            pending.push(Fault::SchemaPending { steps: columns, way });
        }
        if !indexes.is_empty() {
            pending.push(Fault::MissingIndex { steps: indexes, way });
        }
        for fault in pending {
            let finding = Finding::new(fault, Vec::new());
            self.findings.push(match way {
                Way::Free => finding,
                Way::Drifted => finding.by_hand(),
            });
        }
    }

    fn accounts(&mut self, reader: &Reader, settings: &Settings, now: Timestamp) -> Result<(), Error> {
        let (view, schema) = (reader.view(), reader.schema());
        let checks = account_checks(schema);
        let Some(passed) = self.part(&checks, accounts::pass(view, schema, settings, now))? else { return Ok(()) };
        // Writing needs a schema that fits, or one that `--fix` brings up to date first.
        let drifted = self.findings.iter().any(|finding| finding.fault.check() == Check::SchemaDrift);
        let found = passed.findings.into_iter();
        self.findings.extend(found.map(|finding| if drifted { finding.by_hand() } else { finding }));
        self.twins(reader)?;
        let named_twice = |finding: &Finding| finding.fault == Fault::ExactTwin { column: NameColumn::Username };
        if schema.has("customer_id") || self.findings.iter().any(named_twice) {
            self.usernames = Usernames::Shared;
        }
        if let Some(found) = self.part(&[Check::UnicodeTwin], passed.look_alikes.find(view).map_err(Error::from))? {
            self.findings.extend(found);
        }
        if schema.has("role") {
            self.checked.push(Check::NoActiveAdmin);
            self.findings.extend(admins::none_active(&passed.admins, settings));
        }
        if schema.has("role") && schema.has_events() {
            let found = admins::unexplained(passed.admins, view, schema, settings).map_err(Error::from);
            if let Some(found) = self.part(&[Check::UnexplainedAdmin], found)? {
                self.findings.extend(found);
            }
        }
        Ok(())
    }

    fn twins(&mut self, reader: &Reader) -> Result<(), Error> {
        for (check, likeness) in [(Check::ExactTwin, Likeness::Same), (Check::CaseTwin, Likeness::ButForCase)] {
            for column in [NameColumn::Username, NameColumn::Email] {
                let found = reader.view().twins(column, likeness).map_err(Error::from);
                let Some(twins) = self.part(&[], found)? else { return Ok(()) };
                if !twins.is_empty() {
                    let fault = match likeness {
                        Likeness::Same => Fault::ExactTwin { column },
                        Likeness::ButForCase => Fault::CaseTwin { column },
                    };
                    self.findings.push(Finding::new(fault, shares(twins)));
                }
            }
            self.checked.push(check);
        }
        Ok(())
    }
}

/// The first of those that share a name keeps it.
fn shares(twins: Vec<Twin>) -> Vec<Account> {
    let mut last = None;
    let mut accounts = Vec::with_capacity(twins.len());
    for Twin { id, username, shared, within } in twins {
        let group = (shared.clone(), within);
        let share = if last.as_ref() == Some(&group) { Share::Mended } else { Share::Keeps };
        last = Some(group);
        let username = username.map(String::into_boxed_str);
        accounts.push(Account { id: id.0, username, detail: Some(shared.into()), share });
    }
    accounts
}

/// The checks of the one pass, as far as the file has the columns.
fn account_checks(schema: &Schema) -> Vec<Check> {
    let mut checks = vec![Check::UnreadableDate, Check::UnreadableCell, Check::EmailCannotLogin, Check::NullBreaksApp];
    for (column, more) in [
        ("locked_until", &[Check::StuckLock][..]),
        ("failed_login_attempts", &[Check::HairTrigger]),
        ("role", &[Check::UnknownRole]),
        ("password_hash", &[Check::LegacyNoPassword, Check::UnsupportedHash, Check::BcryptHash, Check::OutdatedHash]),
    ] {
        if schema.has(column) {
            checks.extend_from_slice(more);
        }
    }
    if schema.has_customers() {
        checks.extend([Check::CustomerMissing, Check::CustomerClosed]);
    }
    checks
}
