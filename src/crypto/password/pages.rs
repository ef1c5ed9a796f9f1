//! Large pages for the block buffer of Argon2: the one `unsafe` of the tree.
//!
//! What a newcomer would get wrong: this is advice, not a need. Argon2 goes through 64 MiB in an order that nobody can
//! foresee, so that with pages of 4 KiB a fifth of a hash is page faults and address look-ups. Where the kernel gives
//! no large pages, the hash is the same and takes longer.

use std::mem::MaybeUninit;

use argon2::Block;

/// Bytes of an ordinary page, to which the kernel wants the address rounded. On machines with larger pages it refuses
/// an address in between, which costs nothing but the gain.
const PAGE: usize = 4096;

/// Asks the kernel to back this memory, which nobody has written to yet, with large pages.
pub(super) fn advise_large(memory: &mut [MaybeUninit<Block>]) {
    let range = memory.as_mut_ptr_range();
    let start = range.start.cast::<u8>();
    let gap = start.align_offset(PAGE);
    let length = (range.end as usize).saturating_sub(start as usize).saturating_sub(gap) / PAGE * PAGE;
    if length == 0 {
        return;
    }
    advise(start.wrapping_add(gap), length);
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "madvise has no safe form; see SAFETY")]
fn advise(start: *mut u8, length: usize) {
    use rustix::mm::{Advice, madvise};
    // SAFETY: the range lies within the memory that `advise_large` borrows for itself alone, and MADV_HUGEPAGE changes
    // neither its bytes nor who may use it (madvise(2)). A refusal is no error: see the module's words.
    let _ = unsafe { madvise(start.cast(), length, Advice::LinuxHugepage) };
}

#[cfg(not(target_os = "linux"))]
fn advise(_start: *mut u8, _length: usize) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_changes_no_byte_whatever_the_size() {
        for count in [0, 1, 3, 4, 5, 4096] {
            let mut blocks = Vec::with_capacity(count);
            advise_large(blocks.spare_capacity_mut());
            blocks.resize(count, Block::new());
            assert!(blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0)));
        }
    }
}
