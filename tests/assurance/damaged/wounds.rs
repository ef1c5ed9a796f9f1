//! What is done to a sound file: each wound at a place that another part of SQLite reads.

use crate::damaged::original::Files;
use crate::scale::Random;

/// A kind of wound and how it is made.
pub type Wound = (&'static str, fn(&mut Files, &mut Random));

/// Every kind.
pub const WOUNDS: [Wound; 14] = [
    ("header of the file", |files, dice| few(dice, 6, |dice| poke(&mut files.db, dice, 16, 100))),
    ("magic", |files, dice| poke(&mut files.db, dice, 0, 16)),
    ("freelist", freelist),
    ("headers of pages", |files, dice| {
        few(dice, 10, |dice| {
            let start = page_start(files, dice);
            poke(&mut files.db, dice, start, start + 12);
        });
    }),
    ("pointers to cells", |files, dice| {
        few(dice, 8, |dice| {
            let start = page_start(files, dice);
            poke(&mut files.db, dice, start + 8, start + 64);
        });
    }),
    ("varints without end", |files, dice| {
        few(dice, 6, |dice| {
            let at = below(dice, files.db.len().saturating_sub(10)) + 1;
            files.db[at..at + 9].fill(0xff);
        });
    }),
    ("single bits", |files, dice| {
        few(dice, 200, |dice| {
            let at = 100 + below(dice, files.db.len() - 100);
            files.db[at] ^= 1 << dice.below(8);
        });
    }),
    ("texts of the schema", |files, dice| {
        let end = files.page.min(files.db.len());
        few(dice, 40, |dice| poke(&mut files.db, dice, end / 3, end));
    }),
    ("truncation", |files, dice| {
        let length = 1 + below(dice, files.db.len() - 1);
        files.db.truncate(length);
    }),
    ("truncation at a page", |files, dice| {
        let length = page_start(files, dice).max(files.page);
        files.db.truncate(length);
    }),
    ("pages swapped", |files, dice| {
        few(dice, 3, |dice| {
            let (one, other) = (page_start(files, dice), page_start(files, dice));
            for offset in 0..files.page {
                files.db.swap(one + offset, other + offset);
            }
        });
    }),
    ("a page twice", |files, dice| {
        let (from, to) = (page_start(files, dice), page_start(files, dice));
        files.db.copy_within(from..from + files.page, to);
    }),
    ("a page of noise or nothing", |files, dice| {
        let start = page_start(files, dice);
        let noise = dice.below(2) == 0;
        for at in start..start + files.page {
            files.db[at] = if noise { byte(dice) } else { 0 };
        }
    }),
    ("the file beside it", beside),
];

/// The trunk's number and length in the header, and what stands in the trunk itself.
fn freelist(files: &mut Files, dice: &mut Random) {
    let pages = u32::try_from(files.db.len() / files.page).expect("small");
    let number = u32::try_from(dice.below(u64::from(pages) + 3)).expect("small").to_be_bytes();
    match dice.below(3) {
        0 => files.db[32..36].copy_from_slice(&number),
        1 => files.db[36..40].copy_from_slice(&number),
        _ => {
            let trunk = u32::from_be_bytes(files.db[32..36].try_into().expect("four bytes"));
            let start = usize::try_from(trunk.saturating_sub(1)).expect("small") * files.page;
            let at = start + 4 * below(dice, 6);
            if trunk > 0 && at + 4 <= files.db.len() {
                files.db[at..at + 4].copy_from_slice(&number);
            } else {
                files.db[32..36].copy_from_slice(&number);
            }
        }
    }
}

/// The `-wal` or `-journal`; where there is none, one of noise, as a crash of something else may leave.
fn beside(files: &mut Files, dice: &mut Random) {
    let (_, bytes) = files.beside.get_or_insert_with(|| ("-journal", vec![0; 700]));
    match dice.below(4) {
        0 => few(dice, 6, |dice| poke(bytes, dice, 0, 60)),
        1 => few(dice, 100, |dice| poke(bytes, dice, 0, usize::MAX)),
        2 => {
            let length = below(dice, bytes.len());
            bytes.truncate(length);
        }
        _ => {
            let start = below(dice, bytes.len());
            let more: Vec<u8> = bytes[start..].to_vec();
            bytes.extend(more);
        }
    }
}

fn few(dice: &mut Random, most: u64, mut wound: impl FnMut(&mut Random)) {
    for _ in 0..=dice.below(most) {
        wound(dice);
    }
}

fn poke(bytes: &mut [u8], dice: &mut Random, from: usize, to: usize) {
    let to = to.min(bytes.len());
    if from < to {
        bytes[from + below(dice, to - from)] = byte(dice);
    }
}

fn byte(dice: &mut Random) -> u8 {
    dice.next().to_le_bytes()[0]
}

fn below(dice: &mut Random, bound: usize) -> usize {
    usize::try_from(dice.below(bound as u64)).expect("small")
}

fn page_start(files: &Files, dice: &mut Random) -> usize {
    below(dice, files.db.len() / files.page) * files.page
}
