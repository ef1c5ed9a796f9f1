//! The report: for people a verdict and a few lines for each finding, for machines one document or a row each.

use super::command::{Naming, Typed};
use super::meaning::meaning;
use super::words;
use crate::cli::args::OutputFormat;
use crate::cli::commands::database::words::counted;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output::color::paint;
use crate::cli::output::{Format, Mark, emit_all, emit_document};
use crate::cli::view::{AccountView, AccountViews, DoctorView, FindingView};
use crate::model::text;
use crate::ops::doctor::{Check, Finding, Fixable, Report, Severity};
use crate::store;

/// Writes the report to stdout.
///
/// # Errors
/// Output failed.
pub fn print(
    context: &mut Context<'_>,
    report: &Report,
    typed: &Typed,
    mended: Option<&[Check]>,
) -> anyhow::Result<()> {
    let naming = Naming::of(report, typed.personal);
    let as_rows = context.global.output == Some(OutputFormat::Table) || context.global.columns.is_some();
    match context.style.format {
        Format::Json => document(context, report, typed, mended),
        Format::Table if !as_rows => {
            let text = for_people(context, report, typed)?;
            context.print(&text)
        }
        Format::Table | Format::Jsonl | Format::Csv => {
            let findings = report.findings.iter().map(|finding| view(finding, typed, naming));
            emit_all(&mut *context.world.stdout, &context.style, findings).map_err(Failure::from)?;
            Ok(())
        }
    }
}

fn document(context: &mut Context<'_>, report: &Report, typed: &Typed, mended: Option<&[Check]>) -> anyhow::Result<()> {
    let naming = Naming::of(report, typed.personal);
    let ids = |checks: &[Check]| checks.iter().map(|check| check.id()).collect::<Vec<_>>();
    let document = DoctorView {
        findings: report.findings.iter().map(|finding| view(finding, typed, naming)).collect(),
        checked: ids(&report.checked),
        sqlite_version: store::sqlite_version(),
        mended: mended.map(ids),
    };
    emit_document(&mut *context.world.stdout, &document).map_err(Failure::from)?;
    Ok(())
}

fn view<'a>(finding: &'a Finding, typed: &'a Typed, naming: Naming) -> FindingView<'a> {
    let check = finding.fault.check();
    let account = move |index: usize| {
        let account = &finding.accounts[index];
        let command = typed.each(&finding.fault, account, naming);
        AccountView { id: account.id, username: account.username.as_deref(), command }
    };
    FindingView {
        id: check.id(),
        severity: check.severity().as_str(),
        subject: words::subject(finding, typed.personal),
        message: meaning(&finding.fault),
        command: typed.whole(finding, naming),
        fixable: finding.fixable == Fixable::Yes,
        accounts: AccountViews { count: finding.accounts.len(), view: Box::new(account) },
    }
}

/// The verdict, then the findings by severity, each with what it means and what mends it.
fn for_people(context: &Context<'_>, report: &Report, typed: &Typed) -> anyhow::Result<String> {
    let naming = Naming::of(report, typed.personal);
    let mut text = verdict(report, &text::path(&context.database_path()?));
    for (severity, title, mark) in [
        (Severity::Error, "Errors", Mark::Bad),
        (Severity::Warning, "Warnings", Mark::Warn),
        (Severity::Notice, "Notices", Mark::Dim),
    ] {
        let of_it = || report.findings.iter().filter(|finding| finding.fault.check().severity() == severity);
        if of_it().next().is_none() {
            continue;
        }
        text.push_str("\n\n");
        paint(&mut text, title, mark, context.style.color);
        for finding in of_it() {
            push(&mut text, context, finding, typed, naming);
        }
    }
    Ok(text)
}

fn verdict(report: &Report, path: &str) -> String {
    let count = |severity: Severity| {
        let of_it = report.findings.iter().filter(|finding| finding.fault.check().severity() == severity);
        of_it.count() as u64
    };
    let parts: Vec<String> = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Notice, "notice")]
        .into_iter()
        .filter(|(severity, _)| count(*severity) > 0)
        .map(|(severity, noun)| counted(count(severity), noun))
        .collect();
    let checks = counted(report.checked.len() as u64, "check");
    match (report.counted(), parts.is_empty()) {
        (0, true) => format!("{checks}, nothing found: {path}"),
        (0, false) => format!("{checks}, nothing found, {}: {path}", parts.join(", ")),
        (_, _) => format!("{checks}, {}: {path}", parts.join(", ")),
    }
}

fn push(text: &mut String, context: &Context<'_>, finding: &Finding, typed: &Typed, naming: Naming) {
    text.push_str("\n  ");
    paint(text, finding.fault.check().id(), Mark::Title, context.style.color);
    text.push_str("  ");
    text.push_str(&words::subject(finding, typed.personal));
    if let Some(names) = words::names(finding, typed.personal) {
        text.push_str(": ");
        text.push_str(&names);
    }
    text.push_str("\n    ");
    text.push_str(&meaning(&finding.fault));
    if let Some(command) = typed.whole(finding, naming) {
        text.push_str("\n    ");
        paint(text, &command, Mark::Good, context.style.color);
        if !typed.mends_all(finding) {
            text.push_str("   (and so on: --json has a command for each)");
        }
    }
}
