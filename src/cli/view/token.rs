//! Tokens in the JSON contract and in tables.

use serde::Serialize;
use serde_json::{Map, Value};

use super::UserView;
use crate::cli::output::{Cell, Column, Datum, Mark, Record};
use crate::model::time::Span;
use crate::ops::token::{Broken, Issued, LoginTokens};
use crate::policy::token::{Judgement, Severity, Verdict};

/// `login`: the app's token response; a dry run makes no tokens.
#[derive(Debug, Serialize)]
pub struct LoginView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    token_type: &'static str,
    expires_in: i64,
}

impl<'a> From<&'a LoginTokens> for LoginView<'a> {
    fn from(tokens: &'a LoginTokens) -> Self {
        Self {
            access_token: Some(tokens.access.expose()),
            refresh_token: Some(tokens.refresh.expose()),
            ..Self::without_tokens(tokens.expires_in)
        }
    }
}

impl LoginView<'_> {
    /// What a dry run can say: how long the access token would live.
    pub fn without_tokens(expires_in: Span) -> Self {
        Self { access_token: None, refresh_token: None, token_type: "bearer", expires_in: expires_in.seconds() }
    }
}

/// `token issue`: `{"token","type","expires_at","jti"}`, with `broken` where something is to be wrong.
#[derive(Debug, Serialize)]
pub struct IssuedView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    broken: Option<&'static str>,
}

const ISSUED_COLUMNS: [Column; 4] = [
    Column::left("token", "TOKEN", Column::ALWAYS),
    Column::left("type", "TYPE", 30),
    Column::left("expires_at", "EXPIRES", 20),
    Column::left("jti", "JTI", 10),
];

impl<'a> From<&'a Issued> for IssuedView<'a> {
    fn from(issued: &'a Issued) -> Self {
        Self {
            token: Some(issued.token.expose()),
            kind: issued.token_type.as_str(),
            expires_at: issued.expires_at.to_rfc3339(),
            jti: Some(issued.jti.as_str()),
            broken: issued.broken.map(Broken::as_str),
        }
    }
}

impl IssuedView<'_> {
    /// What a dry run prints: neither the token nor its id will ever be.
    pub fn withheld(self) -> Self {
        Self { token: None, jti: None, ..self }
    }
}

impl Record for IssuedView<'_> {
    fn columns() -> &'static [Column] {
        &ISSUED_COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        Cell::plain(self.value(index))
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match ISSUED_COLUMNS[index].name {
            "token" => self.token.unwrap_or_default().into(),
            "type" => self.kind.into(),
            "expires_at" => self.expires_at.as_str().into(),
            _ => self.jti.unwrap_or_default().into(),
        }
    }

    fn kept_keys() -> &'static [&'static str] {
        &["broken"]
    }
}

/// Whether the claims are in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claims {
    /// `token inspect`.
    Shown,
    /// `token verify`.
    Left,
}

/// `token inspect`, and without `claims` `token verify`.
#[derive(Debug, Serialize)]
pub struct JudgedView {
    verdict: &'static str,
    #[serde(rename = "type")]
    kind: Option<String>,
    header: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<Option<Map<String, Value>>>,
    signature: &'static str,
    problems: Vec<ProblemView>,
    user: Option<UserView<'static>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    by_leeway: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct ProblemView {
    code: &'static str,
    severity: &'static str,
    message: String,
}

const JUDGED_COLUMNS: [Column; 5] = [
    Column::left("verdict", "VERDICT", Column::ALWAYS),
    Column::left("type", "TYPE", 50),
    Column::left("signature", "SIGNATURE", 40),
    Column::left("problems", "PROBLEMS", 90),
    Column::left("user", "USER", 60),
];

impl JudgedView {
    /// A judgement and the row that the token speaks of.
    pub fn new(judgement: Judgement, user: Option<UserView<'static>>, claims: Claims) -> Self {
        let problems = judgement.problems.iter().map(|problem| ProblemView {
            code: problem.code.as_str(),
            severity: problem.severity().as_str(),
            message: problem.message.clone(),
        });
        Self {
            verdict: judgement.verdict.as_str(),
            kind: judgement.token_type.clone(),
            signature: judgement.signature.as_str(),
            problems: problems.collect(),
            header: judgement.header,
            claims: match claims {
                Claims::Shown => Some(judgement.claims),
                Claims::Left => None,
            },
            user,
            by_leeway: judgement.by_leeway,
        }
    }

    /// The codes of the problems, each once.
    fn codes(&self) -> Vec<&str> {
        let mut codes: Vec<&str> = Vec::with_capacity(self.problems.len());
        for problem in &self.problems {
            if !codes.contains(&problem.code) {
                codes.push(problem.code);
            }
        }
        codes
    }

    /// One line for people and scripts: the verdict, and the codes of the problems.
    pub fn line(&self) -> String {
        let codes = self.codes();
        if codes.is_empty() { self.verdict.to_owned() } else { format!("{}\t{}", self.verdict, codes.join(" ")) }
    }
}

impl Record for JudgedView {
    fn columns() -> &'static [Column] {
        &JUDGED_COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        let text = self.value(index);
        let mark = match (JUDGED_COLUMNS[index].name, self.verdict) {
            ("verdict", "accepted") => Mark::Good,
            ("verdict", _) => Mark::Bad,
            _ => Mark::Plain,
        };
        if text.is_empty() { Cell::absent() } else { Cell::marked(text, mark) }
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match JUDGED_COLUMNS[index].name {
            "verdict" => self.verdict.into(),
            "type" => self.kind.as_deref().unwrap_or_default().into(),
            "signature" => self.signature.into(),
            "problems" => self.codes().join(" ").into(),
            _ => self.user.as_ref().map(|user| user.value(0)).into(),
        }
    }

    fn kept_keys() -> &'static [&'static str] {
        &["header", "claims", "by_leeway"]
    }
}

/// The words of a severity in a list of problems.
pub fn severity_mark(severity: Severity) -> Mark {
    match severity {
        Severity::Error => Mark::Bad,
        Severity::Warning => Mark::Warn,
    }
}

/// The mark of a verdict.
pub fn verdict_mark(verdict: Verdict) -> Mark {
    match verdict {
        Verdict::Accepted => Mark::Good,
        Verdict::Rejected => Mark::Bad,
        Verdict::Unverified => Mark::Warn,
    }
}
