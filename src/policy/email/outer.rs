//! The outside of an address: blanks, a display name with angle brackets, and the split at the `@`.
//!
//! What a newcomer would get wrong: two readers look at brackets, one after the other. The first takes
//! `Name <a@b>` apart and is content; what it does not recognise goes to the second, which knows display
//! names too, but only to say what is wrong with them, and refuses them all.

use super::Refusal;
use super::display::{character, failing, listed};
use super::local::{Blanks, check_unsafe, is_atom};
use crate::policy::unicode14::{first_of_nfc, is_white_space, is_word};

/// An address that is split at its `@`.
pub(super) struct Parts {
    /// What stands before the `@`, without quotes and escapes.
    pub(super) local: String,
    /// Whether the local part stood in quotes.
    pub(super) quoting: Quoting,
    /// What stands after the `@`.
    pub(super) domain: String,
    /// Whether a display name was found by the second reader.
    pub(super) form: Form,
}

/// Whether a text stood in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    /// It did.
    Quoted,
    /// It did not.
    Bare,
}

/// Whether there were angle brackets that the first reader did not take apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Brackets, with or without a name before them.
    Named,
    /// No brackets.
    Bare,
}

/// The address in `Name <address>` or `"Name" <address>` or `<address>`, else the text itself, both trimmed.
pub(super) fn address(text: &str) -> &str {
    bracketed(text).unwrap_or(text).trim_matches(is_white_space)
}

fn bracketed<'a>(text: &'a str) -> Option<&'a str> {
    let text = text.trim_matches(is_white_space).strip_suffix('>')?;
    let inside = |after_name: &'a str| {
        let inside = after_name.trim_start_matches(is_white_space).strip_prefix('<')?;
        (!inside.is_empty() && !inside.contains('\n')).then_some(inside)
    };
    match text.strip_prefix('"') {
        // The name may have quotes inside: the last that fits closes it.
        Some(name) => name.rmatch_indices('"').filter(|(at, _)| *at > 0).find_map(|(at, _)| inside(&name[at + 1..])),
        None => inside(text.trim_start_matches(|c| is_name(c) || is_white_space(c))),
    }
}

/// What a display name without quotes is made of, blanks aside.
fn is_name(c: char) -> bool {
    is_word(c) || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

/// Splits an address at its `@`, as the second reader does.
pub(super) fn split(address: &str) -> Result<Parts, Refusal> {
    let (left, right) = split_at_unquoted(address, &['@', '<'])?;
    if !right.starts_with('<') {
        return parts(left, right, Form::Bare);
    }
    check_display_name(left.trim_end_matches(is_white_space))?;
    if !right.contains('>') {
        return Err(Refusal::OpenBracket);
    }
    let right = right.trim_end_matches(' ');
    if !right.ends_with('>') {
        return Err(Refusal::AfterAddress);
    }
    let (local, domain) = split_at_unquoted(right[1..].trim_end_matches('>'), &['@'])?;
    parts(local, domain, Form::Named)
}

fn parts(local: &str, domain: &str, form: Form) -> Result<Parts, Refusal> {
    let (local, quoting) = unquote(local)?;
    Ok(Parts { local, quoting, domain: domain.strip_prefix('@').unwrap_or(domain).to_owned(), form })
}

fn check_display_name(name: &str) -> Result<(), Refusal> {
    let (name, quoting) = unquote(name)?;
    if quoting == Quoting::Bare
        && let Some(characters) = failing(&name, |c| is_atom(c) || c == ' ')
    {
        return Err(Refusal::DisplayName { characters });
    }
    check_unsafe(&name, Blanks::Allowed)
}

/// Splits before the first of the specials that is not in quotes and that no mark combines with (`<` and
/// U+0338 are together `≮`, no bracket).
fn split_at_unquoted<'a>(text: &'a str, specials: &[char]) -> Result<(&'a str, &'a str), Refusal> {
    let mut quoting = Quoting::Bare;
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        if first_of_nfc(&text[at..]) != Some(c) {
            continue;
        }
        match quoting {
            Quoting::Quoted if c == '\\' && !is_escaped => is_escaped = true,
            Quoting::Quoted => {
                if c == '"' && !is_escaped {
                    quoting = Quoting::Bare;
                }
                is_escaped = false;
            }
            Quoting::Bare if c == '"' => quoting = Quoting::Quoted,
            Quoting::Bare if specials.contains(&c) => return Ok(text.split_at(at)),
            Quoting::Bare => {}
        }
    }
    Err(Refusal::NoAtSign)
}

/// The text without the quotes around it and without the escapes inside them.
fn unquote(text: &str) -> Result<(String, Quoting), Refusal> {
    let Some(inside) = text.strip_prefix('"') else {
        return Ok((text.to_owned(), Quoting::Bare));
    };
    let mut value = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => value.extend(chars.next()),
            '"' if chars.as_str().is_empty() => break,
            '"' => {
                let characters = listed(chars.map(character));
                return Err(Refusal::AfterCloseQuote { characters });
            }
            _ => value.push(c),
        }
    }
    Ok((value, Quoting::Quoted))
}
