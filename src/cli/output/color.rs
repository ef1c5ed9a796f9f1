//! Whether colour is used: decided once for each stream, from facts, and handed to whoever writes there.
//!
//! What a newcomer would get wrong: stdout and stderr are two questions. Rows that go into a file must
//! stay free of escape sequences while the prompt on the terminal has colour.

use std::ffi::OsStr;

use super::record::Mark;

/// What `--color` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// Where the stream is a terminal that can show it, and the environment does not object.
    #[default]
    Auto,
    /// Even into a file.
    Always,
    /// Nowhere.
    Never,
}

/// Where a stream goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// To a terminal.
    Terminal,
    /// Into a file or a pipe.
    Other,
    /// Nowhere, without anybody having said `>/dev/null`: closed before the program began.
    Nowhere,
}

/// The verdict for one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// Escape sequences are written.
    On,
    /// Not one ESC byte is written.
    Off,
}

/// What the environment says; each value as it stands there, `None` where it is not set.
#[derive(Clone, Copy, Debug, Default)]
pub struct Environment<'a> {
    /// `NO_COLOR`: any text that is not empty turns colour off (no-color.org).
    pub no_color: Option<&'a OsStr>,
    /// `CLICOLOR_FORCE`: any text but the empty one and `0` turns colour on (bixense.com/clicolors).
    pub clicolor_force: Option<&'a OsStr>,
    /// `TERM`: `dumb`, empty or unset means a terminal without colour.
    pub term: Option<&'a OsStr>,
}

/// Decides for one stream. The option wins over the environment, and `NO_COLOR` over `CLICOLOR_FORCE`.
#[must_use]
pub fn decide(when: When, environment: &Environment<'_>, stream: Stream) -> Color {
    match when {
        When::Always => Color::On,
        When::Never => Color::Off,
        When::Auto => automatic(environment, stream),
    }
}

fn automatic(environment: &Environment<'_>, stream: Stream) -> Color {
    if environment.no_color.is_some_and(|text| !text.is_empty()) {
        return Color::Off;
    }
    if environment.clicolor_force.is_some_and(|text| !text.is_empty() && text != "0") {
        return Color::On;
    }
    let capable = environment.term.is_some_and(|term| !term.is_empty() && term != "dumb");
    match stream {
        Stream::Terminal if capable => Color::On,
        Stream::Terminal | Stream::Other | Stream::Nowhere => Color::Off,
    }
}

/// Puts the mark's colour around a text; the text itself must be escaped already.
pub fn paint(out: &mut String, text: &str, mark: Mark, color: Color) {
    let sequence = match mark {
        Mark::Plain => None,
        Mark::Good => Some("\u{1b}[32m"),
        Mark::Bad => Some("\u{1b}[31m"),
        Mark::Warn => Some("\u{1b}[33m"),
        Mark::Dim => Some("\u{1b}[2m"),
        Mark::Title => Some("\u{1b}[1m"),
    };
    match (color, sequence) {
        (Color::On, Some(sequence)) => {
            out.push_str(sequence);
            out.push_str(text);
            out.push_str("\u{1b}[0m");
        }
        (Color::On | Color::Off, _) => out.push_str(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn automatically(no_color: Option<&str>, force: Option<&str>, term: Option<&str>, stream: Stream) -> Color {
        let environment = Environment {
            no_color: no_color.map(OsStr::new),
            clicolor_force: force.map(OsStr::new),
            term: term.map(OsStr::new),
        };
        decide(When::Auto, &environment, stream)
    }

    #[test]
    fn auto_follows_the_stream_and_the_environment() {
        let xterm = Some("xterm-256color");
        let cases = [
            (None, None, xterm, Stream::Terminal, Color::On),
            (None, None, xterm, Stream::Other, Color::Off),
            (None, None, Some("dumb"), Stream::Terminal, Color::Off),
            (None, None, None, Stream::Terminal, Color::Off),
            (Some("1"), None, xterm, Stream::Terminal, Color::Off),
            (Some(""), None, xterm, Stream::Terminal, Color::On),
            (None, Some("1"), xterm, Stream::Other, Color::On),
            (None, Some("0"), xterm, Stream::Other, Color::Off),
            (None, Some(""), xterm, Stream::Other, Color::Off),
            (Some("1"), Some("1"), xterm, Stream::Terminal, Color::Off),
            (None, Some("1"), Some("dumb"), Stream::Other, Color::On),
        ];
        for (no_color, force, term, stream, expected) in cases {
            assert_eq!(
                automatically(no_color, force, term, stream),
                expected,
                "{no_color:?} {force:?} {term:?} {stream:?}"
            );
        }
    }

    #[test]
    fn the_option_wins_over_the_environment() {
        let environment =
            Environment { no_color: Some(OsStr::new("1")), clicolor_force: Some(OsStr::new("1")), term: None };
        assert_eq!(decide(When::Always, &environment, Stream::Other), Color::On);
        assert_eq!(decide(When::Never, &environment, Stream::Terminal), Color::Off);
    }

    #[test]
    fn without_colour_no_escape_byte_is_written() {
        for mark in [Mark::Plain, Mark::Good, Mark::Bad, Mark::Warn, Mark::Dim, Mark::Title] {
            let mut out = String::new();
            paint(&mut out, "x", mark, Color::Off);
            assert_eq!(out, "x");
        }
    }
}
