//! The fuzz targets under libFuzzer, which sees the coverage: one program, the target named by
//! `AUTHCTL_FUZZ_TARGET`. `tests/fuzz` builds and runs it on the stable toolchain.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/assurance/fuzz/targets/mod.rs"]
mod targets;

static TARGET: OnceLock<targets::Target> = OnceLock::new();

fn named() -> targets::Target {
    let name = std::env::var("AUTHCTL_FUZZ_TARGET").unwrap_or_default();
    let found = targets::TARGETS.into_iter().find(|target| target.name == name);
    found.unwrap_or_else(|| {
        let names = targets::TARGETS.map(|target| target.name).join(" ");
        panic!("AUTHCTL_FUZZ_TARGET names one of: {names}")
    })
}

fuzz_target!(
    init: {
        TARGET.get_or_init(named);
    },
    |data: &[u8]| {
        (TARGET.get_or_init(named).run)(data);
    }
);
