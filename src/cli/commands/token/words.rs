//! A judged token in words: the verdict first, then whose it is, its times, its problems, and all it holds.

use serde_json::{Map, Value};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::message::{when, whom};
use crate::cli::output::Mark;
use crate::cli::output::OutputError;
use crate::cli::output::color::paint;
use crate::cli::output::escape::escape;
use crate::cli::output::personal::{self, Personal};
use crate::cli::view::{UserView, severity_mark, verdict_mark};
use crate::model::time::Timestamp;
use crate::ops::token::Judged;
use crate::policy::token::{ProblemCode, seconds};

/// Width of the left column.
const LABEL: usize = 10;

struct Page<'a, 'w> {
    context: &'a Context<'w>,
    text: String,
}

/// Prints the page.
pub fn print(context: &mut Context<'_>, judged: &Judged) -> anyhow::Result<()> {
    let mut page = Page { context, text: String::new() };
    let judgement = &judged.judgement;
    page.line("verdict", judgement.verdict.as_str(), verdict_mark(judgement.verdict));
    if let Some(kind) = &judgement.token_type {
        page.line("type", kind, Mark::Plain);
    }
    page.user(judged);
    page.line("signature", judgement.signature.as_str(), Mark::Plain);
    if let Some(claims) = &judgement.claims {
        page.times(claims);
    }
    page.problems(judged);
    if let Some(header) = &judgement.header {
        page.line("header", &Value::Object(header.clone()).to_string(), Mark::Dim);
    }
    if let Some(claims) = &judgement.claims {
        page.claims(&personal::object(claims));
    }
    let text = page.text;
    let out = &mut *context.world.stdout;
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(OutputError::Io).map_err(Failure::from)?;
    Ok(())
}

impl Page<'_, '_> {
    fn line(&mut self, label: &str, text: &str, mark: Mark) {
        let padded = format!("{label:<LABEL$} ");
        paint(&mut self.text, &padded, Mark::Title, self.context.style.color);
        paint(&mut self.text, &escape(text), mark, self.context.style.color);
        self.text.push('\n');
    }

    fn user(&mut self, judged: &Judged) {
        let Some(user) = &judged.user else { return };
        let now = self.context.now();
        let text = match UserView::new(user, now, self.context.settings.time_format).state() {
            Some(state) => format!("{}, {state}", whom(user)),
            None => whom(user),
        };
        self.line("user", &text, Mark::Plain);
    }

    fn times(&mut self, claims: &Map<String, Value>) {
        for (name, label) in [("iat", "issued"), ("nbf", "not before"), ("exp", "expires")] {
            let at = seconds(claims, name)
                .and_then(|seconds| seconds.checked_mul(1_000_000))
                .and_then(Timestamp::from_micros);
            if let Some(at) = at {
                let words = when(at, self.context.now());
                self.line(label, &words, Mark::Plain);
            }
        }
    }

    fn problems(&mut self, judged: &Judged) {
        for problem in &judged.judgement.problems {
            let severity = problem.severity();
            let tells_email = problem.code == ProblemCode::EmailChanged && personal::of_run() == Personal::Hidden;
            let message = if tells_email { "the row has another e-mail than the token" } else { &problem.message };
            let text = format!("{}: {message}", problem.code.as_str());
            self.line(severity.as_str(), &text, severity_mark(severity));
        }
    }

    fn claims(&mut self, claims: &Map<String, Value>) {
        let width = claims.keys().map(|name| escape(name).chars().count()).max().unwrap_or(0);
        for (index, (name, value)) in claims.iter().enumerate() {
            let label = if index == 0 { "claims" } else { "" };
            let name = escape(name);
            let text = format!("{name:<width$}  {value}");
            self.line(label, &text, Mark::Plain);
        }
    }
}
