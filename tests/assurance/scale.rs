//! The two sizes of a test, its seed, and the figures that it prints.

/// How much is done: the short count in every test run, the long one under `tests/long`.
pub fn scaled(short: u64, long: u64) -> u64 {
    if std::env::var_os("AUTHCTL_LONG").is_some() { long } else { short }
}

/// The seed: fixed, unless `AUTHCTL_SEED` gives another one.
pub fn seed() -> u64 {
    let given = std::env::var("AUTHCTL_SEED").ok();
    given.map_or(20_261_125, |text| text.parse().expect("AUTHCTL_SEED is a number"))
}

/// Prints a figure, as `docs/assurance.md` states it.
#[allow(clippy::print_stdout)] // the test harness shows it where it was asked for
pub fn figure(claim: &str, value: &str) {
    println!("figure: {claim}: {value} (seed {})", seed());
}

/// Pseudo-random numbers from a seed (SplitMix64, Steele et al. 2014): the same on every machine.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Begins at a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below the bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}

#[test]
fn the_numbers_are_those_of_the_reference_implementation() {
    let mut random = Random::new(1_234_567);
    let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
    assert_eq!(expected.map(|_| random.next()), expected);
}
