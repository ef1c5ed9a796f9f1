//! A thousand names that no person has.

use crate::scale::Random;

/// What a terminal acts on, hides, or shows in the place of something else.
const PIECES: [&[u8]; 48] = [
    b"\x1b[2J",
    b"\x1b[31m",
    b"\x1b]0;owned\x07",
    b"\x1b]52;c;cm0gLXJm\x07",
    b"\x1b]8;;http://x\x1b\\",
    b"\x1b(0",
    b"\x1bc",
    b"\x1bP1$r\x1b\\",
    b"\x1b[6n",
    b"\x1b[8m",
    b"\x1b[1A\x1b[2K",
    b"\xc2\x9b2J",
    b"\xc2\x9d0;x\xc2\x9c",
    b"\xc2\x90",
    b"\xc2\x85",
    b"\xc2\x80",
    b"\x00",
    b"\x01",
    b"\x07",
    b"\x08\x08\x08",
    b"\t",
    b"\n",
    b"\r",
    b"\r\n",
    b"\x0b",
    b"\x0c",
    b"\x0e",
    b"\x7f",
    "\u{202e}nimda".as_bytes(),
    "\u{202a}\u{202b}\u{202c}\u{202d}".as_bytes(),
    "\u{2066}\u{2067}\u{2068}\u{2069}".as_bytes(),
    "\u{200e}\u{200f}\u{61c}".as_bytes(),
    "\u{200b}\u{200c}\u{200d}\u{2060}".as_bytes(),
    "\u{feff}".as_bytes(),
    "\u{ad}".as_bytes(),
    "\u{2028}\u{2029}".as_bytes(),
    "\u{fff9}\u{fffa}\u{fffb}".as_bytes(),
    "\u{e0041}\u{e007f}".as_bytes(),
    "\u{ffff}\u{fdd0}".as_bytes(),
    "👩\u{200d}👩\u{200d}👧".as_bytes(),
    "ש\u{5b0}לום مرحبا".as_bytes(),
    "e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}".as_bytes(),
    b"\\x1b[0m\\n\\u{202e}",
    b"\xff\xfe",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xe2\x82",
];

/// What looks like something of ours.
const PLAIN: [&str; 16] = [
    "admin",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-",
    "@SUM(1)",
    "'",
    "\"",
    "`id`",
    "$(id)",
    "id:1",
    "user:ann",
    "; rm",
    "error: ",
    "hint: authctl",
    "{\"error\":{}}",
    "NULL",
];

/// The names, each another: every piece alone, some very long ones, and mixtures.
pub fn names(count: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut dice = Random::new(seed);
    let mut names: Vec<Vec<u8>> = PIECES.iter().map(|piece| piece.to_vec()).collect();
    names.extend(PLAIN.iter().map(|text| text.as_bytes().to_vec()));
    names.extend((0_u8..=0x9f).map(|byte| char::from(byte).to_string().into_bytes()));
    names.push("\u{301}".repeat(30_000).into_bytes());
    names.push([&b"\x1b[31m"[..]; 13_000].concat());
    names.push(vec![b'\n'; 65_536]);
    while names.len() < count {
        let mut name = Vec::new();
        for _ in 0..=dice.below(5) {
            if dice.below(3) == 0 {
                name.extend(PLAIN[pick(&mut dice, PLAIN.len())].bytes());
            } else {
                name.extend(PIECES[pick(&mut dice, PIECES.len())]);
            }
        }
        names.push(name);
    }
    // Each another, at an end that says nothing.
    names.iter().take(count).enumerate().map(|(at, name)| [name, format!("z{at}").as_bytes()].concat()).collect()
}

fn pick(dice: &mut Random, bound: usize) -> usize {
    usize::try_from(dice.below(bound as u64)).expect("small")
}

/// A character that a terminal may act on or hide: controls and C1 (Unicode Cc), bidi controls (`Bidi_Control`),
/// zero-width ones, line and paragraph separators, interlinear annotation, tags.
pub fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
        || matches!(c, '\u{feff}' | '\u{ad}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
