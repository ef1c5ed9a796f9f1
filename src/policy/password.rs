//! The rule for new passwords, in the app's order and words, and control characters on top.
//!
//! What a newcomer would get wrong: the app counts code points, looks for ASCII letters but for any Unicode
//! digit, and looks for runs in the lower-cased text, where `ΣΣΣ` at the end is no run (its last letter
//! becomes `ς`). Nothing is trimmed or normalised.

use thiserror::Error;
use unicode_normalization::is_nfc as text_is_nfc;

use super::generate::GENERATED_LENGTH;
use super::unicode14;

/// The app logs nobody in with more than 4,096 characters of password and salt together; its salt has 32.
const LONGEST_MAXIMUM: usize = 4_096 - 32;
/// What the app takes as special characters (`app-facts`, Input rules): neither `-` nor `_` nor a blank.
const SPECIAL: &str = r##"!@#$%^&*(),.?":{}|<>"##;
/// How many equal characters in a row are refused.
const REPEATS: usize = 3;

/// How long a password may be, in code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    min_length: usize,
    max_length: usize,
}

/// Why two lengths are no limits for passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LimitsRefusal {
    /// Everything would be too short or too long.
    #[error("min_length '{min}' must be from 1 to max_length '{max}'")]
    Order {
        /// The configured minimum, code points.
        min: usize,
        /// The configured maximum, code points.
        max: usize,
    },
    /// A generated password would not fit, or the app could not log the longest one in.
    #[error("max_length '{0}' must be from {GENERATED_LENGTH} to {LONGEST_MAXIMUM}")]
    Maximum(usize),
}

impl Limits {
    /// Takes limits that some passwords meet, among them the generated ones and none that cannot log in.
    ///
    /// # Errors
    /// The minimum is 0 or above the maximum, or the maximum is below 25 or above 4,064.
    pub fn new(min_length: usize, max_length: usize) -> Result<Self, LimitsRefusal> {
        if !(GENERATED_LENGTH..=LONGEST_MAXIMUM).contains(&max_length) {
            return Err(LimitsRefusal::Maximum(max_length));
        }
        if !(1..=max_length).contains(&min_length) {
            return Err(LimitsRefusal::Order { min: min_length, max: max_length });
        }
        Ok(Self { min_length, max_length })
    }

    /// The fewest code points.
    pub fn min_length(&self) -> usize {
        self.min_length
    }
}

impl Default for Limits {
    /// The app's: 12 to 128 code points (`app-facts`, Input rules).
    fn default() -> Self {
        Self { min_length: 12, max_length: 128 }
    }
}

/// Why a password is refused; the words are the app's but for [`Refusal::ControlCharacter`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The text is empty.
    #[error("Password is required")]
    Required,
    /// Too few or too many code points.
    #[error("Password must be between {min} and {max} characters")]
    Length {
        /// The fewest code points.
        min: usize,
        /// The most code points.
        max: usize,
    },
    /// No ASCII upper-case letter.
    #[error("Password must contain at least one uppercase letter")]
    NoUppercase,
    /// No ASCII lower-case letter.
    #[error("Password must contain at least one lowercase letter")]
    NoLowercase,
    /// No decimal digit of any script.
    #[error("Password must contain at least one digit")]
    NoDigit,
    /// None of the app's special characters.
    #[error("Password must contain at least one special character")]
    NoSpecial,
    /// Three equal characters in a row, whatever their case.
    #[error("Password contains repeated characters")]
    Repeated,
    /// `012` to `789`, or `890`.
    #[error("Password contains sequential numbers")]
    SequentialNumbers,
    /// `abc` to `xyz`, whatever their case.
    #[error("Password contains sequential letters")]
    SequentialLetters,
    /// A character of Unicode category Cc, which another terminal may not be able to type.
    #[error("Password contains control characters")]
    ControlCharacter,
}

/// Judges a new password by the app's rules in the app's order; control characters come last, so that the
/// app's words win.
///
/// # Errors
/// The first rule that the password breaks.
pub fn check(text: &str, limits: &Limits) -> Result<(), Refusal> {
    if text.is_empty() {
        return Err(Refusal::Required);
    }
    let Limits { min_length: min, max_length: max } = *limits;
    if !(min..=max).contains(&text.chars().count()) {
        return Err(Refusal::Length { min, max });
    }
    check_kinds(text)?;
    check_runs(text)?;
    if text.chars().any(char::is_control) {
        return Err(Refusal::ControlCharacter);
    }
    Ok(())
}

/// Whether the text is in Normalization Form C; one that is not may be typed differently by another
/// keyboard, which deserves a warning (`security`, Passwords).
#[must_use]
pub fn is_nfc(text: &str) -> bool {
    text_is_nfc(text)
}

fn check_kinds(text: &str) -> Result<(), Refusal> {
    if !text.chars().any(|c| c.is_ascii_uppercase()) {
        return Err(Refusal::NoUppercase);
    }
    if !text.chars().any(|c| c.is_ascii_lowercase()) {
        return Err(Refusal::NoLowercase);
    }
    if !text.chars().any(unicode14::is_decimal_digit) {
        return Err(Refusal::NoDigit);
    }
    if !text.chars().any(|c| SPECIAL.contains(c)) {
        return Err(Refusal::NoSpecial);
    }
    Ok(())
}

fn check_runs(text: &str) -> Result<(), Refusal> {
    let lower = unicode14::lower_case(text);
    if has_repeats(&lower) {
        return Err(Refusal::Repeated);
    }
    if has_run(&lower, is_ascending_digits) {
        return Err(Refusal::SequentialNumbers);
    }
    if has_run(&lower, is_ascending_letters) {
        return Err(Refusal::SequentialLetters);
    }
    Ok(())
}

fn has_repeats(lower: &str) -> bool {
    let mut last = None;
    let mut count = 0;
    lower.chars().any(|c| {
        count = if last == Some(c) { count + 1 } else { 1 };
        last = Some(c);
        // The dot of the app's pattern matches anything but a newline.
        count == REPEATS && c != '\n'
    })
}

fn has_run(lower: &str, is_run: fn([u8; 3]) -> bool) -> bool {
    // Bytes will do: no byte of a longer UTF-8 sequence is an ASCII letter or digit.
    let mut windows = lower.as_bytes().windows(3);
    windows.any(|window| matches!(window, [a, b, c] if is_run([*a, *b, *c])))
}

fn is_ascending_digits(run: [u8; 3]) -> bool {
    run == *b"890" || (run.iter().all(u8::is_ascii_digit) && is_ascending(run))
}

fn is_ascending_letters(run: [u8; 3]) -> bool {
    run.iter().all(u8::is_ascii_lowercase) && is_ascending(run)
}

fn is_ascending([a, b, c]: [u8; 3]) -> bool {
    b == a + 1 && c == b + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configured_limits_are_in_the_message() {
        let limits = Limits::new(8, 64).expect("fits");
        let refusal = check("Ab1!", &limits).expect_err("too short");
        assert_eq!(refusal.to_string(), "Password must be between 8 and 64 characters");
        assert_eq!(check("Qr#48Lam", &limits), Ok(()));
        assert_eq!(check("", &limits), Err(Refusal::Required));
    }

    #[test]
    fn limits_leave_room_for_a_generated_password_and_for_a_login() {
        assert!(Limits::new(12, 25).is_ok());
        assert!(Limits::new(25, 25).is_ok());
        assert!(Limits::new(1, 4_064).is_ok());
        assert_eq!(Limits::new(12, 24), Err(LimitsRefusal::Maximum(24)));
        assert_eq!(Limits::new(12, 4_065), Err(LimitsRefusal::Maximum(4_065)));
        assert_eq!(Limits::new(0, 128), Err(LimitsRefusal::Order { min: 0, max: 128 }));
        assert_eq!(Limits::new(129, 128), Err(LimitsRefusal::Order { min: 129, max: 128 }));
    }

    #[test]
    fn control_characters_come_last() {
        let limits = Limits::default();
        for control in ['\0', '\t', '\r', '\u{1b}', '\u{7f}', '\u{85}', '\u{9f}'] {
            let text = format!("Quiet-River#48{control}Lamp");
            assert_eq!(check(&text, &limits), Err(Refusal::ControlCharacter), "{text:?}");
        }
        assert_eq!(check("Quiet-River#123\0", &limits), Err(Refusal::SequentialNumbers));
        // Category Cf is no control character.
        assert_eq!(check("Quiet-River#48\u{200d}Lamp", &limits), Ok(()));
    }

    #[test]
    fn every_ascending_run_is_found_and_no_other() {
        let runs = |text: &str| check_runs(text).err();
        for digits in ["012", "123", "678", "789", "890"] {
            assert_eq!(runs(digits), Some(Refusal::SequentialNumbers), "{digits}");
        }
        for start in b'a'..=b'x' {
            let letters = String::from_utf8_lossy(&[start, start + 1, start + 2]).into_owned();
            assert_eq!(runs(&letters), Some(Refusal::SequentialLetters));
        }
        for none in ["901", "yza", "/01", "89:", "`ab", "yz{", "@AB", "210", "cba"] {
            assert_eq!(runs(none), None, "{none}");
        }
    }

    #[test]
    fn digits_newer_than_the_apps_tables_do_not_count() {
        let limits = Limits::default();
        // Kawi (Unicode 15) against Devanagari.
        assert_eq!(check("Quiet-River#\u{11f54}Lamp", &limits), Err(Refusal::NoDigit));
        assert_eq!(check("Quiet-River#\u{96a}Lamp", &limits), Ok(()));
    }

    #[test]
    fn letters_newer_than_the_apps_tables_have_no_case() {
        // Garay (Unicode 16): capital and small ca are one letter for us, two for the app.
        let text = "Quiet-River#48\u{10d50}\u{10d70}\u{10d50}";
        assert_eq!(check(text, &Limits::default()), Ok(()));
    }

    #[test]
    fn a_decomposed_text_is_not_nfc() {
        assert!(is_nfc("Lampé"));
        assert!(!is_nfc("Lampe\u{301}"));
    }
}
