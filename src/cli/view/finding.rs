//! A finding of `doctor` in the JSON contract and in tables.

use serde::Serialize;

use crate::cli::output::{Cell, Column, Datum, Mark, Record};

/// `{"id","severity","subject","message","command","fixable","accounts"}`.
#[derive(Debug, Serialize)]
pub struct FindingView<'a> {
    /// The check's stable id.
    pub id: &'static str,
    /// `error`, `warning` or `notice`.
    pub severity: &'static str,
    /// Whom or what it is about.
    pub subject: String,
    /// What it means.
    pub message: String,
    /// What mends it, for a shell.
    pub command: Option<String>,
    /// Whether `--fix` does.
    pub fixable: bool,
    /// All accounts.
    pub accounts: AccountViews<'a>,
}

/// All accounts of a finding, made one by one as they are written: there may be a million.
pub struct AccountViews<'a> {
    /// How many.
    pub count: usize,
    /// Makes the one with this index.
    pub view: Box<dyn Fn(usize) -> AccountView<'a> + 'a>,
}

impl std::fmt::Debug for AccountViews<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} accounts", self.count)
    }
}

impl Serialize for AccountViews<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.count).map(&self.view))
    }
}

/// One account of a finding: `{"id","username","command"}`.
#[derive(Debug, Serialize)]
pub struct AccountView<'a> {
    /// Row id.
    pub id: i64,
    /// Username, where it can be read.
    pub username: Option<&'a str>,
    /// What mends it for this account alone; `null` for the one that keeps a shared name.
    pub command: Option<String>,
}

/// The whole document: `{"findings","checked","sqlite_version"}`, with `--fix` also `mended`.
#[derive(Debug, Serialize)]
pub struct DoctorView<'a> {
    /// What was found.
    pub findings: Vec<FindingView<'a>>,
    /// The ids of what was looked at.
    pub checked: Vec<&'static str>,
    /// Ours.
    pub sqlite_version: &'static str,
    /// The ids of what `--fix` mended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mended: Option<Vec<&'static str>>,
}

const COLUMNS: [Column; 7] = [
    Column::left("id", "CHECK", Column::ALWAYS),
    Column::left("severity", "SEVERITY", 90),
    Column::left("subject", "SUBJECT", Column::ALWAYS),
    Column::left("message", "MEANING", 50),
    Column::left("command", "COMMAND", 70),
    Column::left("fixable", "FIX", 40),
    Column::right("accounts", "ACCOUNTS", 30),
];

impl Record for FindingView<'_> {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        match COLUMNS[index].name {
            "severity" => Cell::marked(self.severity, severity_mark(self.severity)),
            "command" if self.command.is_none() => Cell::absent(),
            _ => Cell::plain(self.value(index)),
        }
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match COLUMNS[index].name {
            "id" => self.id.into(),
            "severity" => self.severity.into(),
            "subject" => self.subject.as_str().into(),
            "message" => self.message.as_str().into(),
            "command" => self.command.as_deref().unwrap_or_default().into(),
            "fixable" => if self.fixable { "yes" } else { "no" }.into(),
            _ => self.accounts.count.to_string().into(),
        }
    }
}

fn severity_mark(severity: &str) -> Mark {
    match severity {
        "error" => Mark::Bad,
        "warning" => Mark::Warn,
        _ => Mark::Dim,
    }
}
