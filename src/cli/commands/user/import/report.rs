//! What is said after an import: how many, what is wrong, and what to do next.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::Facts;
use crate::cli::context::Context;
use crate::cli::exit::{DONE, codes};
use crate::cli::failure::{Failure, RowFault};
use crate::cli::message::{shell, whom};
use crate::cli::output::Format;
use crate::cli::output::escape::{escape, quote};
use crate::cli::output::{emit_all, emit_document, personal};
use crate::cli::sheet::Headings;
use crate::cli::view::{ImportView, ImportedView};
use crate::model::text;
use crate::model::user::{PasswordPresence, StoredUser};
use crate::ops::error::Class;
use crate::ops::import::{About, Column, Ending, Fault, Plan};
use crate::policy::state::stuck;

/// How many accounts that break a rule are named one by one.
const NAMED: usize = 10;
/// How many characters of a cell are shown in a sentence.
const SHOWN: usize = 60;

/// What an import came to.
pub(super) struct Finished {
    /// Without its rows.
    pub(super) plan: Plan,
    pub(super) imported: Vec<(u64, StoredUser)>,
    /// Where the generated passwords are.
    pub(super) credentials: Option<PathBuf>,
    /// How many were made; in a dry run: would be.
    pub(super) generated: usize,
    /// Line and broken rules of accounts that were taken over as they were.
    pub(super) odd: Vec<(u64, Vec<String>)>,
    /// How many passwords another keyboard may type differently.
    pub(super) retyped: usize,
    /// Rows that were planned and found at fault or there already only inside the transaction.
    pub(super) left_out: usize,
}

/// How many rows the faults are about.
pub(super) fn fault_rows(faults: &[Fault]) -> usize {
    faults.iter().map(|fault| fault.line).collect::<BTreeSet<u64>>().len()
}

/// Nothing is imported: the first fault's code, and all of them.
pub(super) fn refuse(context: &Context<'_>, faults: &[Fault], facts: &Facts<'_>) -> Failure {
    let class = faults.first().map_or(Class::Unexpected, |fault| fault.class);
    let message = format!("{}; nothing was imported", counted(faults, facts.total));
    let failure = Failure::new(class, message).rows(rows(faults, &facts.headings));
    failure.hint(way_out(context, faults, facts.total, facts.ending))
}

/// What helps against the faults at hand.
fn way_out(context: &Context<'_>, faults: &[Fault], total: usize, ending: Ending) -> String {
    let lacks_password = |fault: &Fault| fault.column == Some(Column::Password) && fault.class == Class::PolicyPassword;
    let set_role = format!("give the role with {}, or leave its cell empty", context.authctl("set-role USER ROLE"));
    let mut ways = vec!["mend the file"];
    if faults.iter().any(lacks_password) {
        ways.push("let passwords be made with --generate --credentials-out FILE");
    }
    if faults.iter().any(is_other_role) {
        ways.push(&set_role);
    } else if faults.iter().all(|fault| fault.class == Class::Exists) {
        ways.push("accept the same accounts with --if-missing");
    }
    if ending == Ending::AllOrNothing && fault_rows(faults) < total {
        ways.push("import the good rows with --partial");
    }
    match ways.as_slice() {
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{}, or {last}", first.join(", ")),
        [] => String::new(),
    }
}

/// Met only with `--if-missing`.
fn is_other_role(fault: &Fault) -> bool {
    fault.column == Some(Column::Role) && fault.class == Class::Exists
}

fn counted(faults: &[Fault], total: usize) -> String {
    let (errors, bad) = (faults.len(), fault_rows(faults));
    let of = if total == 1 { "row" } else { "rows" };
    format!("{errors} error{} in {bad} of {total} {of}", if errors == 1 { "" } else { "s" })
}

fn rows(faults: &[Fault], headings: &Headings) -> Vec<RowFault> {
    let row = |fault: &Fault| RowFault {
        line: fault.line,
        column: fault.column.map(Column::name),
        heading: headings.iter().find(|(column, _)| Some(*column) == fault.column).map(|(_, heading)| *heading),
        code: codes(fault.class).0,
        message: words(fault),
    };
    faults.iter().map(row).collect()
}

/// What is wrong with a row, escaped, its names hidden where the run hides them.
fn words(fault: &Fault) -> String {
    let message = escape(&fault.message);
    match &fault.about {
        About::Nothing => message.into_owned(),
        About::Cell(text) => format!("{}: {message}", quote(&shortened(&personal::name(text)))),
        About::Account(user) => format!("{message} {}", whom(user)),
    }
}

/// A cell for a sentence.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Says and prints what was done.
pub(super) fn finish(context: &mut Context<'_>, finished: Finished, facts: Facts<'_>) -> anyhow::Result<u8> {
    let faults = &finished.plan.faults;
    let is_nothing = finished.imported.is_empty() && finished.plan.present.is_empty();
    if !faults.is_empty() && (facts.ending == Ending::AllOrNothing || is_nothing) {
        return Err(refuse(context, faults, &facts).into());
    }
    say(context, &finished, &facts);
    document(context, &finished, &facts)?;
    if faults.is_empty() {
        return Ok(DONE);
    }
    let message = format!("{}; {}", counted(faults, facts.total), others(context, &finished));
    Err(Failure::new(Class::Partial, message)
        .rows(rows(faults, &facts.headings))
        .hint("mend those rows and import them again with --if-missing")
        .into())
}

/// What became of the rows without a fault; there is at least one.
fn others(context: &Context<'_>, finished: &Finished) -> String {
    let were = if context.global.dry_run { "would be" } else { "were" };
    match (finished.imported.is_empty(), finished.plan.present.is_empty()) {
        (true, _) => "nothing was imported, the accounts of the other rows are there already".to_owned(),
        (false, true) => format!("the other rows {were} imported"),
        (false, false) => format!("the other rows {were} imported or are there already"),
    }
}

fn say(context: &mut Context<'_>, finished: &Finished, facts: &Facts<'_>) {
    let count = |count: usize| format!("{count} account{}", if count == 1 { "" } else { "s" });
    let (new, there) = (finished.imported.len(), finished.plan.present.len());
    if new > 0 || there == 0 {
        let did = context.would("imported", "import");
        context.console().done(&format!("{did} {}", count(new)));
    }
    if there > 0 {
        let are = if there == 1 { "is" } else { "are" };
        context.console().done(&format!("unchanged: {} {are} there already", count(there)));
    }
    warn_odd(context, finished);
    warn_shut_out(context, finished);
    if let Some(path) = &finished.credentials {
        let path = text::path(path);
        context
            .console()
            .done(&format!("the passwords of {} are in '{path}', which only you can read", count(finished.generated)));
        context.console().hint("they log in with their e-mail; hand the passwords out, then remove that file");
    } else if context.global.dry_run && finished.generated > 0 {
        context.console().done(&format!("would make passwords for {}", count(finished.generated)));
    }
    if facts.has_passwords && !context.global.dry_run && facts.file.as_os_str() != "-" {
        let file = shell(facts.file);
        context.console().hint(&format!(
            "passwords stand in plain text in the file imported; when it is no longer needed: rm {file}"
        ));
    }
}

/// Accounts that were taken over though they break a rule for new ones.
fn warn_odd(context: &mut Context<'_>, finished: &Finished) {
    for (line, rules) in finished.odd.iter().take(NAMED) {
        context.console().warn(&format!("line {line}: taken over as it was: {}", escape(&rules.join("; "))));
    }
    if let Some(more) = finished.odd.len().checked_sub(NAMED).filter(|more| *more > 0) {
        context.console().warn(&format!("{more} more were taken over though they break a rule for new accounts"));
    }
}

/// Accounts that cannot log in as they are.
fn warn_shut_out(context: &mut Context<'_>, finished: &Finished) {
    let users = || finished.imported.iter().map(|(_, user)| user);
    let format = context.settings.time_format;
    let missing = users().filter(|user| user.password == PasswordPresence::Missing).count();
    // A dry run makes no passwords, so that those that would be made are missing here.
    let without = if context.global.dry_run { missing.saturating_sub(finished.generated) } else { missing };
    let stuck = users().filter(|user| stuck(user, format).is_some()).count();
    let homeless = match context.style.lacking.contains(&"customer_id") {
        true => 0,
        false => users().filter(|user| user.customer_id.value().is_none()).count(),
    };
    let (list, unlock) = (context.authctl("user list --no-password"), context.authctl("unlock --expired"));
    let mut say = |count: usize, what: &str| {
        if count > 0 {
            context.console().warn(&format!("{what}: {count} of them"));
        }
    };
    say(without, &format!("without a password, so that they cannot log in ({list})"));
    say(stuck, &format!("with a lock on which the app answers 500 ({unlock})"));
    say(homeless, "without a customer (the column customer_id names one)");
    say(
        finished.retyped,
        "with a password that another keyboard may type differently (its text is not in Unicode normal form C)",
    );
    if finished.left_out > 0 && finished.credentials.is_some() {
        say(finished.left_out, "in the credentials file, but left out since the database changed meanwhile");
    }
}

fn document(context: &mut Context<'_>, finished: &Finished, facts: &Facts<'_>) -> anyhow::Result<()> {
    let added = finished.imported.iter().map(|(line, user)| ImportedView::added(*line, user));
    let present = finished.plan.present.iter().map(|(line, user)| ImportedView::present(*line, user));
    let mut users: Vec<ImportedView> = added.chain(present).collect();
    users.sort_by_key(ImportedView::line);
    let stdout = &mut *context.world.stdout;
    let result = match context.style.format {
        Format::Table => Ok(()),
        Format::Json => {
            let view = ImportView {
                changed: !finished.imported.is_empty(),
                imported: finished.imported.len(),
                unchanged: finished.plan.present.len(),
                failed: finished.plan.failed,
                credentials: finished.credentials.as_deref().map(text::exact),
                users,
                errors: rows(&finished.plan.faults, &facts.headings),
            };
            emit_document(stdout, &view)
        }
        Format::Jsonl | Format::Csv => emit_all(stdout, &context.style, users),
    };
    let is_done = !finished.imported.is_empty() && !context.global.dry_run;
    let told = |failure: Failure| if is_done { failure.hint("the accounts were imported") } else { failure };
    Ok(result.map_err(|error| told(Failure::from(error)))?)
}
