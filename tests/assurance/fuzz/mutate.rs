//! Inputs made from earlier ones.

use crate::scale::Random;

/// Longest input.
const LONGEST: usize = 512;
/// Inputs that are kept; beyond that a new one takes the place of an old one.
const MOST: usize = 2_000;

/// What readers trip over.
#[rustfmt::skip]
const WORDS: [&str; 64] = [
    "\"", "'", "\\", "\\\"", ",", ";", "\t", "\n", "\r\n", "\r", "\0", " ", "=", "#", "$", "${", "}", ":-", ".", "@",
    "[", "]", "{", "}", ":", "+", "-", "%", "?", "/", "id:", "user:", "email:", "sqlite:///", "export ", "sep=;",
    "0", "00", "1", "9223372036854775807", "-9223372036854775808", "4294967296", "1e400", "NaN", "null", "true",
    "\u{feff}", "\u{200b}", "\u{202e}", "\u{1b}[2J", "\u{85}", "\u{301}", "é", "ß", "漢", "😀", "\u{3000}", "ª",
    "xn--", "username,email\n", "SECRET_KEY=", "+00:00", "9999-12-31", "$argon2id$v=19$m=64,t=1,p=1$",
];

/// Makes inputs; keeps those that it is told to.
pub struct Mutator {
    random: Random,
    pool: Vec<Vec<u8>>,
}

impl Mutator {
    /// Begins with the seeds.
    pub fn new(random: Random, pool: Vec<Vec<u8>>) -> Self {
        Self { random, pool }
    }

    /// One of the inputs with one to eight changes.
    pub fn next(&mut self) -> Vec<u8> {
        let mut input = self.any().to_vec();
        let changes = 1 + self.random.below(4) * self.random.below(3);
        for _ in 0..changes {
            self.change(&mut input);
        }
        input.truncate(LONGEST);
        input
    }

    /// Keeps an input that went another way.
    pub fn keep(&mut self, input: Vec<u8>) {
        if self.pool.len() < MOST {
            self.pool.push(input);
        } else {
            let at = self.index(MOST);
            self.pool[at] = input;
        }
    }

    fn any(&mut self) -> &[u8] {
        let at = self.index(self.pool.len());
        &self.pool[at]
    }

    fn index(&mut self, bound: usize) -> usize {
        self.random.below(bound as u64) as usize
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let from = self.index(input.len() + 1);
        let to = (from + 1 + self.index(8)).min(input.len());
        match self.random.below(9) {
            0 => drop(input.drain(from..to)),
            1 => {
                let again = input[from..to].to_vec();
                input.splice(from..from, again);
            }
            2 | 3 => {
                let word = WORDS[self.index(WORDS.len())];
                input.splice(from..from, word.bytes());
            }
            4 => {
                let word = WORDS[self.index(WORDS.len())];
                input.splice(from..to, word.bytes());
            }
            5 => {
                let character = self.character();
                input.splice(from..to, character.to_string().into_bytes());
            }
            6 if from < input.len() => input[from] ^= 1 << self.random.below(8),
            7 if from < input.len() => input[from] = self.random.next() as u8,
            _ => {
                let other = self.any().to_vec();
                let part = self.index(other.len() + 1);
                input.truncate(from);
                input.extend(&other[part..]);
            }
        }
    }

    /// Half of them from the first thousand.
    fn character(&mut self) -> char {
        let bound = if self.random.below(2) == 0 { 0x400 } else { 0x11_0000 };
        char::from_u32(self.random.below(bound) as u32).unwrap_or('\u{fffd}')
    }
}
