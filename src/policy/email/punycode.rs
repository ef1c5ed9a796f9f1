//! Punycode, RFC 3492: how a label with other than ASCII characters is written in ASCII.
//!
//! What a newcomer would get wrong: decoding judges nothing. `xn--` labels decode to line breaks and quotes
//! as willingly as to letters, so what comes out goes through the rules for labels.

/// RFC 3492 §5, the parameters of Punycode.
const BASE: u64 = 36;
const T_MIN: u64 = 1;
const T_MAX: u64 = 26;
const SKEW: u64 = 38;
const DAMP_FIRST: u64 = 700;
const DAMP: u64 = 2;
const INITIAL_BIAS: u64 = 72;
const INITIAL_N: u64 = 0x80;

/// The label that the text after `xn--` stands for (RFC 3492 §6.2), `None` if it stands for none.
pub(super) fn decode(text: &str) -> Option<String> {
    let (basic, extended) = text.rsplit_once('-').unwrap_or(("", text));
    let mut label: Vec<char> = basic.chars().collect();
    let mut digits = extended.bytes();
    let (mut n, mut at, mut bias) = (INITIAL_N, 0, INITIAL_BIAS);
    let mut damp = DAMP_FIRST;
    while digits.len() > 0 {
        let delta = decode_number(&mut digits, bias)?;
        let length = label.len() as u64 + 1;
        bias = adapt(delta, length, damp);
        damp = DAMP;
        at = delta.checked_add(at)?;
        n += at / length;
        at %= length;
        let c = char::from_u32(u32::try_from(n).ok()?)?;
        label.insert(usize::try_from(at).ok()?, c);
        at += 1;
    }
    Some(label.into_iter().collect())
}

/// The label in Punycode, without `xn--` (RFC 3492 §6.3).
pub(super) fn encode(label: &str) -> String {
    let mut text: String = label.chars().filter(char::is_ascii).collect();
    let basic = text.len() as u64;
    let length = label.chars().count() as u64;
    if basic > 0 {
        text.push('-');
    }
    // 64 bits hold the largest code point times the length of any text that fits into memory twice over.
    let (mut handled, mut delta, mut n, mut bias) = (basic, 0, INITIAL_N, INITIAL_BIAS);
    let mut damp = DAMP_FIRST;
    while handled < length {
        let code_points = || label.chars().map(u64::from);
        let next = code_points().filter(|c| *c >= n).min().unwrap_or(n);
        delta += (next - n) * (handled + 1);
        n = next;
        for c in code_points() {
            if c < n {
                delta += 1;
            } else if c == n {
                encode_number(&mut text, delta, bias);
                handled += 1;
                bias = adapt(delta, handled, damp);
                damp = DAMP;
                delta = 0;
            }
        }
        delta += 1;
        n += 1;
    }
    text
}

/// A generalized variable-length integer, RFC 3492 §3.3.
fn decode_number(digits: &mut std::str::Bytes<'_>, bias: u64) -> Option<u64> {
    let (mut number, mut weight, mut position) = (0u64, 1u64, BASE);
    loop {
        let digit = match digits.next()? {
            letter @ b'a'..=b'z' => u64::from(letter - b'a'),
            letter @ b'A'..=b'Z' => u64::from(letter - b'A'),
            figure @ b'0'..=b'9' => u64::from(figure - b'0') + 26,
            _ => return None,
        };
        number = number.checked_add(digit.checked_mul(weight)?)?;
        let threshold = threshold(position, bias);
        if digit < threshold {
            return Some(number);
        }
        weight = weight.checked_mul(BASE - threshold)?;
        position += BASE;
    }
}

fn encode_number(text: &mut String, mut number: u64, bias: u64) {
    let mut position = BASE;
    loop {
        let threshold = threshold(position, bias);
        if number < threshold {
            break text.push(digit(number));
        }
        text.push(digit(threshold + (number - threshold) % (BASE - threshold)));
        number = (number - threshold) / (BASE - threshold);
        position += BASE;
    }
}

/// `a` to `z` for 0 to 25, `0` to `9` for 26 to 35.
fn digit(number: u64) -> char {
    let to_base_36 = ((number + 10) % BASE) as u32;
    char::from_digit(to_base_36, 36).expect("a remainder of 36 is a digit to the base 36")
}

fn threshold(position: u64, bias: u64) -> u64 {
    position.saturating_sub(bias).clamp(T_MIN, T_MAX)
}

/// RFC 3492 §6.1.
fn adapt(delta: u64, length: u64, damp: u64) -> u64 {
    let mut delta = delta / damp;
    delta += delta / length;
    let mut position = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        position += BASE;
    }
    position + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_rfc_3492_go_both_ways() {
        // RFC 3492 §7.1: (A) Arabic, (B) Chinese, (I) Russian, (L) to (S) mixed with ASCII.
        let samples = [
            ("ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"),
            ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
            ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
            ("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"),
            ("安室奈美恵-with-super-monkeys", "-with-super-monkeys-pc58ag80a8qai00g7n9n"),
            ("パフィーdeルンバ", "de-jg4avhby1noc0d"),
            ("そのスピードで", "d9juau41awczczp"),
            ("bücher", "bcher-kva"),
            // Python's codec; the steps between the letters are just as long as adapting goes, and just longer.
            ("丞佬佔", "zhq62abc"),
            ("佳亼产佾丁", "5gqqp5b33bwb"),
            ("丕久佹不任", "ihqpa8l32a8s"),
            ("乂亥佛丹侀", "riqra11aiyvf"),
        ];
        for (label, text) in samples {
            assert_eq!(encode(label), text);
            assert_eq!(decode(text).as_deref(), Some(label));
            // RFC 3492 §5: the digits of either case are the same.
            let (kept, digits) = text.split_at(text.rfind('-').unwrap_or(0));
            let shouted = format!("{kept}{}", digits.to_ascii_uppercase());
            assert_eq!(decode(&shouted).as_deref(), Some(label), "{shouted}");
        }
    }

    #[test]
    fn a_text_that_stands_for_no_label_is_none() {
        // Cut off, beyond the last code point, a surrogate, not a digit, overflow.
        for text in ["b1abfaaepd9", "99999999", "a-qc4g", "é", "99999999999999999999999999"] {
            let decoded = decode(text);
            assert!(decoded.is_none(), "{text}: {decoded:?}");
        }
    }
}
