//! One run of Argon2, in a block buffer that is wiped when it goes, and the caps on what is run at all.
//!
//! What a newcomer would get wrong: the parameters come from a row, which anybody may have written. Without the caps
//! one login would take all memory, or all day.

use std::collections::TryReserveError;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::{Zeroizing, optimization_barrier};

use super::Unsupported;
use super::pages::advise_large;
use crate::crypto::phc::{Argon2Hash, Variant};

/// Memory cap for hashes from the database, in KiB: 1 GiB (`security`, Passwords).
pub(super) const MAX_MEMORY_KIB: u32 = 1 << 20;
/// Pass cap (`security`, Passwords).
pub(super) const MAX_TIME_COST: u32 = 20;
/// Lane cap (`security`, Passwords).
pub(super) const MAX_PARALLELISM: u32 = 16;
/// Cap on memory times passes, in KiB: 4 GiB (`security`, Passwords).
pub(super) const MAX_WORK_KIB: u64 = 4 << 20;

/// Why there is no tag.
#[derive(Debug, thiserror::Error)]
pub(super) enum ComputeError {
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    #[error("{0}")]
    Refused(argon2::Error),
}

/// The block buffer of Argon2, used again from run to run and wiped when it goes.
///
/// It is not wiped between two runs: each run writes every block before it reads it, so that nothing of the one before
/// outlives the next, and clearing 64 MiB costs a twentieth of a hash.
#[derive(Default)]
pub(super) struct Workspace {
    blocks: Vec<Block>,
}

impl Workspace {
    /// The tag of the input under the parameters and the inner salt of `wanted`.
    ///
    /// # Errors
    /// Parameters beyond our caps or Argon2's, or no memory for them.
    pub(super) fn compute(&mut self, wanted: &Argon2Hash, input: &[u8]) -> Result<Zeroizing<Vec<u8>>, ComputeError> {
        let version = check_caps(wanted)?;
        let algorithm = match wanted.variant {
            Variant::D => Algorithm::Argon2d,
            Variant::I => Algorithm::Argon2i,
            Variant::Id => Algorithm::Argon2id,
        };
        let length = wanted.tag.len();
        let params = Params::new(wanted.memory_kib, wanted.time_cost, wanted.parallelism, Some(length))
            .map_err(ComputeError::Refused)?;
        let count = params.block_count();
        self.make_room(count).map_err(|_| Unsupported::OutOfMemory(wanted.memory_kib))?;
        let mut tag = Zeroizing::new(vec![0; length]);
        Argon2::new(algorithm, version, params)
            .hash_password_into_with_memory(input, &wanted.salt, &mut tag, &mut self.blocks[..count])
            .map_err(ComputeError::Refused)?;
        Ok(tag)
    }

    /// Growing may move the blocks, and what they leave behind is not ours any more: they are wiped first.
    fn make_room(&mut self, count: usize) -> Result<(), TryReserveError> {
        if count > self.blocks.len() {
            self.wipe();
            self.blocks.clear();
            self.blocks.try_reserve_exact(count)?;
            advise_large(self.blocks.spare_capacity_mut());
            self.blocks.resize(count, Block::new());
        }
        Ok(())
    }

    fn wipe(&mut self) {
        // Word by word: `fill` with a block would copy one for each.
        self.blocks.iter_mut().for_each(|block| block.as_mut().fill(0));
        // Without it the compiler may drop the wiping of memory that is freed next.
        optimization_barrier(self.blocks.as_slice());
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        self.wipe();
    }
}

/// Refuses what costs too much before a single block is allocated (`security`, Passwords).
pub(in crate::crypto) fn check_caps(wanted: &Argon2Hash) -> Result<Version, Unsupported> {
    if wanted.memory_kib > MAX_MEMORY_KIB {
        return Err(Unsupported::Memory(wanted.memory_kib));
    }
    if wanted.time_cost > MAX_TIME_COST {
        return Err(Unsupported::TimeCost(wanted.time_cost));
    }
    if wanted.parallelism > MAX_PARALLELISM {
        return Err(Unsupported::Parallelism(wanted.parallelism));
    }
    let work = u64::from(wanted.memory_kib) * u64::from(wanted.time_cost);
    if work > MAX_WORK_KIB {
        return Err(Unsupported::Work(work));
    }
    Version::try_from(wanted.version).map_err(|_| Unsupported::Argon2Version(wanted.version))
}
