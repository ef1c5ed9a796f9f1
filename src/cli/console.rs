//! The two streams of a run: results on stdout, everything else on stderr.
//!
//! What a newcomer would get wrong: a closed stderr must not stop a verb whose change is committed, so writing
//! there never fails; a failed write to stdout does.

use std::io::Write;

use super::exit::codes;
use super::failure::Failure;
use super::output::color::Color;
use super::output::escape::defuse;

/// How much is said on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// `-q`: warnings and errors.
    Quiet,
    /// Confirmations and hints too.
    Usual,
    /// `-v`: details too.
    Verbose,
}

/// In which form an error is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorForm {
    /// `error: …` and `hint: …`.
    Words,
    /// One compact JSON line.
    Json,
}

/// How stderr is written.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    /// How much.
    pub verbosity: Verbosity,
    /// Whether in colour.
    pub color: Color,
    /// Errors.
    pub errors: ErrorForm,
}

/// Writes to stderr.
pub struct Console<'w> {
    stderr: &'w mut dyn Write,
    voice: Voice,
}

impl<'w> Console<'w> {
    /// A console over stderr.
    pub fn new(stderr: &'w mut dyn Write, voice: Voice) -> Self {
        Self { stderr, voice }
    }

    /// How much is said.
    pub fn verbosity(&self) -> Verbosity {
        self.voice.verbosity
    }

    /// A confirmation: what was done.
    pub fn done(&mut self, text: &str) {
        if self.voice.verbosity >= Verbosity::Usual {
            self.line(None, text);
        }
    }

    /// Something worth knowing.
    pub fn note(&mut self, text: &str) {
        if self.voice.verbosity >= Verbosity::Usual {
            self.line(Some(("note", "36")), text);
        }
    }

    /// The next step.
    pub fn hint(&mut self, text: &str) {
        if self.voice.verbosity >= Verbosity::Usual {
            self.line(Some(("hint", "36")), text);
        }
    }

    /// A detail for `-v`.
    pub fn detail(&mut self, text: &str) {
        if self.voice.verbosity >= Verbosity::Verbose {
            self.line(Some(("detail", "2")), text);
        }
    }

    /// Something that may go wrong.
    pub fn warn(&mut self, text: &str) {
        self.line(Some(("warning", "33")), text);
    }

    /// The error that ends the run.
    pub fn error(&mut self, failure: &Failure) {
        match self.voice.errors {
            ErrorForm::Words => {
                for row in &failure.rows {
                    let column = row.heading.or(row.column).map(|column| format!(", {column}")).unwrap_or_default();
                    self.line(None, &format!("line {}{column}: {}", row.line, row.message));
                }
                self.line(Some(("error", "31")), &failure.message);
                if let Some(hint) = &failure.hint {
                    self.line(Some(("hint", "36")), hint);
                }
            }
            ErrorForm::Json => {
                let (code, exit) = codes(failure.class);
                let mut document = serde_json::json!({"error": {
                    "code": code, "exit": exit, "message": failure.message, "hint": failure.hint
                }});
                if !failure.rows.is_empty() {
                    document["error"]["rows"] = serde_json::json!(failure.rows);
                }
                // A closed stderr leaves the exit code to speak.
                let _ = super::output::write_json(self.stderr, &document);
                let _ = self.stderr.write_all(b"\n");
            }
        }
    }

    fn line(&mut self, label: Option<(&str, &str)>, text: &str) {
        let mut line = match (label, self.voice.color) {
            (None, _) => String::new(),
            (Some((word, _)), Color::Off) => format!("{word}: "),
            (Some((word, code)), Color::On) => format!("\u{1b}[{code}m{word}:\u{1b}[0m "),
        };
        for (index, part) in text.split('\n').enumerate() {
            if index > 0 {
                line.push('\n');
            }
            line.push_str(&defuse(part));
        }
        line.push('\n');
        // In one piece, so that lines of parallel runs do not mix; a closed stderr must not undo what was done.
        let _ = self.stderr.write_all(line.as_bytes());
    }
}
