//! Making and verifying the app's password hashes.
//!
//! What a newcomer would get wrong: the app hashes the UTF-8 text `password + salt`, where the salt is the
//! 32 hex characters of the row's `salt` column as text. The hash carries a second salt of its own.

mod compute;
mod many;
mod pages;
mod ready;

use std::fmt;
use std::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

pub(super) use self::compute::check_caps;
use self::compute::{ComputeError, MAX_MEMORY_KIB, MAX_PARALLELISM, MAX_TIME_COST, MAX_WORK_KIB, Workspace};

use crate::crypto::phc::{self, Argon2Hash, Argon2Text, Scheme, Variant};
use crate::crypto::random::{RandomError, Source};
use crate::model::secret::Password;
use crate::model::text::hex;

pub use many::{Made, make_many};
pub use ready::{NotReady, check_ready, check_ready_salt};

/// Characters of password and salt together beyond which passlib raises (`app-facts`, Passwords).
const MAX_INPUT_CHARS: usize = 4096;
/// Bytes that bcrypt looks at.
const BCRYPT_BYTES: usize = 72;
/// bcrypt cost cap: 2^16 rounds take seconds, every step more doubles that.
pub(super) const MAX_BCRYPT_COST: u32 = 16;
/// Lowest cost that bcrypt defines.
pub(super) const MIN_BCRYPT_COST: u32 = 4;
/// Bytes of randomness in either salt (`app-facts`, Passwords).
const SALT_BYTES: usize = 16;
/// Bytes of the tag that the app writes.
pub(super) const TAG_BYTES: usize = 32;

/// The Argon2id parameters of new hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashParams {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub time_cost: u32,
    /// Lanes.
    pub parallelism: u32,
}

impl Default for HashParams {
    /// What the app writes (`app-facts`, Passwords).
    fn default() -> Self {
        Self { memory_kib: 65_536, time_cost: 3, parallelism: 1 }
    }
}

/// What goes into a row's two columns, always together.
#[derive(Clone, PartialEq, Eq)]
pub struct NewHash {
    /// PHC string for `password_hash`.
    pub hash: String,
    /// 32 lower-case hex characters for `salt`.
    pub salt: String,
}

/// Hashes are not printed by accident.
impl fmt::Debug for NewHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewHash").finish_non_exhaustive()
    }
}

/// A hash could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MakeError {
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// Parameters or input that Argon2 does not take, or beyond our own caps.
    #[error("argon2 cannot hash: {0}")]
    Refused(String),
}

/// What a hash says of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// It is the password.
    Match,
    /// It is not, or the hash is one that the app cannot read either.
    Mismatch,
    /// Not computed: not a wrong password, and not to be counted as one.
    Unsupported(Unsupported),
}

/// Why a hash was not computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// Above 1 GiB.
    #[error("the hash asks for {0} KiB of memory, at most {MAX_MEMORY_KIB} are spent")]
    Memory(u32),
    /// More than 20 passes.
    #[error("the hash asks for {0} passes, at most {MAX_TIME_COST} are run")]
    TimeCost(u32),
    /// More than 16 lanes.
    #[error("the hash asks for {0} lanes, at most {MAX_PARALLELISM} are run")]
    Parallelism(u32),
    /// Memory times passes above 4 GiB.
    #[error("the hash asks for {0} KiB over all passes, at most {MAX_WORK_KIB} are filled")]
    Work(u64),
    /// A version that is neither 16 nor 19.
    #[error("argon2 version {0} is not known")]
    Argon2Version(u32),
    /// A bcrypt cost above 16.
    #[error("the hash has bcrypt cost {0}, at most {MAX_BCRYPT_COST} is run")]
    BcryptCost(u32),
    /// The machine has not that much memory.
    #[error("no memory for the {0} KiB that the hash asks for")]
    OutOfMemory(u32),
}

/// Makes a hash of the password with a fresh salt.
///
/// # Errors
/// When the source gives no bytes, or Argon2 refuses the parameters.
pub fn make(password: &Password, params: HashParams, random: &mut Source<'_>) -> Result<NewHash, MakeError> {
    make_in(&mut Workspace::default(), password, params, &Salts::draw(random)?)
}

/// The random bytes of one hash: those of the `salt` column, and those inside the hash.
struct Salts([u8; 2 * SALT_BYTES]);

impl Salts {
    fn draw(random: &mut Source<'_>) -> Result<Self, MakeError> {
        let mut bytes = [0; 2 * SALT_BYTES];
        random(&mut bytes)?;
        Ok(Self(bytes))
    }
}

fn make_in(
    workspace: &mut Workspace,
    password: &Password,
    params: HashParams,
    salts: &Salts,
) -> Result<NewHash, MakeError> {
    let (column, inner) = salts.0.split_at(SALT_BYTES);
    let salt = hex(column);
    let job = job(params, inner.to_vec());
    let tag =
        workspace.compute(&job, &input(password, &salt)).map_err(|error| MakeError::Refused(error.to_string()))?;
    // m, t, p in this order: the app's readers refuse any other (field report A04).
    let hash = format!(
        "$argon2id$v=19$m={},t={},p={}${}${}",
        params.memory_kib,
        params.time_cost,
        params.parallelism,
        STANDARD_NO_PAD.encode(inner),
        STANDARD_NO_PAD.encode(tag.as_slice()),
    );
    Ok(NewHash { hash, salt })
}

/// Judges a password against a row's `salt` and `password_hash` as the app's `CryptContext` does.
///
/// Everything that makes the app raise is a mismatch, since the app swallows it (`app-facts`, Passwords).
pub fn verify(password: &Password, salt: &str, hash: &str) -> Verdict {
    if password.expose().chars().count() + salt.chars().count() > MAX_INPUT_CHARS {
        return Verdict::Mismatch;
    }
    match Scheme::of(hash) {
        Scheme::Argon2(_) => verify_argon2(&input(password, salt), hash),
        Scheme::Bcrypt => verify_bcrypt(&input(password, salt), hash),
        Scheme::BcryptX | Scheme::Empty | Scheme::Unknown => Verdict::Mismatch,
    }
}

/// Whether the app would call the hash outdated beside `params`; `None` where it cannot say.
#[must_use]
pub fn needs_update(hash: &str, params: HashParams) -> Option<bool> {
    match Scheme::of(hash) {
        Scheme::Argon2(_) => Some(match phc::read(hash)? {
            Argon2Text::Exact(found) if !phc::is_known_version(found.version) => return None,
            Argon2Text::Exact(found) => !is_made_with(&found, params),
            Argon2Text::Loose => true,
        }),
        Scheme::Bcrypt | Scheme::BcryptX => Some(true),
        // The first form of bcrypt, which passlib knows and verifies no more.
        Scheme::Unknown if hash.starts_with("$2$") => Some(true),
        Scheme::Empty | Scheme::Unknown => None,
    }
}

/// What can be said of a stored hash without a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fitness {
    /// Some password fits it.
    Fit(Scheme),
    /// None ever does: no hash, or one that the app cannot read.
    Useless,
    /// Some may, but finding out costs too much.
    Unsupported(Unsupported),
}

/// Judges a stored hash by its text alone, as [`verify`] would come to it.
#[must_use]
pub fn fitness(hash: &str) -> Fitness {
    let scheme = Scheme::of(hash);
    match scheme {
        Scheme::Argon2(_) => match phc::read(hash) {
            Some(Argon2Text::Exact(wanted)) => match check_caps(&wanted) {
                Ok(_) => Fitness::Fit(scheme),
                Err(reason) => Fitness::Unsupported(reason),
            },
            Some(Argon2Text::Loose) | None => Fitness::Useless,
        },
        Scheme::Bcrypt => match phc::read_bcrypt(hash) {
            Some(wanted) if wanted.cost > MAX_BCRYPT_COST => Fitness::Unsupported(Unsupported::BcryptCost(wanted.cost)),
            Some(wanted) if wanted.cost >= MIN_BCRYPT_COST => Fitness::Fit(scheme),
            Some(_) | None => Fitness::Useless,
        },
        Scheme::BcryptX | Scheme::Empty | Scheme::Unknown => Fitness::Useless,
    }
}

/// Spends the same work as [`verify`] does on a hash of our own.
///
/// For an unknown name: the time taken must not tell who exists (`security`, Passwords).
pub fn burn(password: &Password, params: HashParams) {
    let salt = "0".repeat(2 * SALT_BYTES);
    // Refused parameters refuse every known name alike, so there is no difference to hide.
    let _ = black_box(compute(&job(params, vec![0; SALT_BYTES]), &input(password, &salt)));
}

/// A hash to be computed with our own parameters; the tag only gives its length.
fn job(params: HashParams, salt: Vec<u8>) -> Argon2Hash {
    Argon2Hash {
        variant: Variant::Id,
        version: 19,
        memory_kib: params.memory_kib,
        time_cost: params.time_cost,
        parallelism: params.parallelism,
        salt,
        tag: vec![0; TAG_BYTES],
    }
}

fn is_made_with(found: &Argon2Hash, params: HashParams) -> bool {
    found.variant == Variant::Id
        && found.version == 19
        && found.memory_kib == params.memory_kib
        && found.time_cost == params.time_cost
        && found.parallelism == params.parallelism
        && found.tag.len() == TAG_BYTES
}

/// The bytes that the app hashes, in one allocation that is wiped.
fn input(password: &Password, salt: &str) -> Zeroizing<Vec<u8>> {
    let password = password.expose().as_bytes();
    let mut bytes = Zeroizing::new(Vec::with_capacity(password.len() + salt.len()));
    bytes.extend_from_slice(password);
    bytes.extend_from_slice(salt.as_bytes());
    bytes
}

fn verify_argon2(input: &[u8], hash: &str) -> Verdict {
    let Some(Argon2Text::Exact(wanted)) = phc::read(hash) else {
        return Verdict::Mismatch;
    };
    match compute(&wanted, input) {
        Ok(tag) if same(&tag, &wanted.tag) => Verdict::Match,
        Ok(_) | Err(ComputeError::Refused(_)) => Verdict::Mismatch,
        Err(ComputeError::Unsupported(reason)) => Verdict::Unsupported(reason),
    }
}

fn verify_bcrypt(input: &[u8], hash: &str) -> Verdict {
    let Some(wanted) = phc::read_bcrypt(hash) else {
        return Verdict::Mismatch;
    };
    if input.contains(&0) || wanted.cost < MIN_BCRYPT_COST {
        return Verdict::Mismatch;
    }
    if wanted.cost > MAX_BCRYPT_COST {
        return Verdict::Unsupported(Unsupported::BcryptCost(wanted.cost));
    }
    let input = input.get(..BCRYPT_BYTES).unwrap_or(input);
    let Ok(made) = bcrypt::hash_with_salt_bytes(input, wanted.cost, wanted.salt) else {
        return Verdict::Mismatch;
    };
    let made = std::str::from_utf8(&made).ok().and_then(phc::read_bcrypt);
    match made {
        Some(made) if same(&made.tag, &wanted.tag) => Verdict::Match,
        Some(_) | None => Verdict::Mismatch,
    }
}

/// One Argon2 run in a block buffer of its own.
fn compute(wanted: &Argon2Hash, input: &[u8]) -> Result<Zeroizing<Vec<u8>>, ComputeError> {
    Workspace::default().compute(wanted, input)
}

/// Compares in a time that depends on the lengths alone.
fn same(left: &[u8], right: &[u8]) -> bool {
    let differences = left.iter().zip(right).fold(0, |sum, (a, b)| black_box(sum | (a ^ b)));
    left.len() == right.len() && differences == 0
}
