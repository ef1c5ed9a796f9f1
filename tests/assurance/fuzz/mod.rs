//! Fuzzing with a fixed seed: seeds from `tests/assurance/corpus`, mutated; what reaches a new class is kept and mutated
//! on. `tests/fuzz` runs the same targets under libFuzzer, guided by coverage.
//!
//! What a newcomer would get wrong: an input that once found a fault belongs into the corpus, where every run of the
//! tests begins with it.

pub mod mutate;
mod targets;

use std::collections::HashSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::scale::{Random, figure, scaled, seed};
use mutate::Mutator;
use targets::{TARGETS, Target};

/// Executions of each target.
const SHORT: u64 = 4_000;
const LONG: u64 = 1_000_000;

/// Prints the input where the target panics.
struct Running<'i> {
    target: &'static str,
    input: &'i [u8],
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let input = self.input.escape_ascii();
            // Nothing more can be done where stderr is closed.
            let _ = writeln!(std::io::stderr(), "target {}, input b\"{input}\"", self.target);
        }
    }
}

fn run(target: Target, input: &[u8]) -> u64 {
    let _running = Running { target: target.name, input };
    (target.run)(input)
}

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/assurance/corpus").join(target)
}

/// The seeds in the order of their names.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let directory = corpus(target);
    let entries = std::fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("a seed can be read")).collect()
}

fn fuzz(name: &str) {
    let target = TARGETS.into_iter().find(|target| target.name == name).expect("a target of this name");
    let seeds = seeds(name);
    assert!(seeds.len() >= 4, "{name} has {} seeds", seeds.len());
    let mut classes: HashSet<u64> = seeds.iter().map(|input| run(target, input)).collect();
    let first = classes.len();
    let mut mutator = Mutator::new(Random::new(seed()), seeds);
    let executions = scaled(SHORT, LONG);
    for _ in 0..executions {
        let input = mutator.next();
        if classes.insert(run(target, &input)) {
            mutator.keep(input);
        }
    }
    assert!(classes.len() > first, "{name}: no mutation went another way than the seeds");
    figure(&format!("fuzzing: {name}"), &format!("{executions} executions, {} classes, 0 finds", classes.len()));
}

macro_rules! fuzzed {
    ($($test:ident $name:literal;)*) => {
        $(
            #[test]
            fn $test() {
                fuzz($name);
            }
        )*

        #[test]
        fn every_target_is_fuzzed_and_has_a_corpus() {
            let mut fuzzed = vec![$($name),*];
            let mut named = TARGETS.map(|target| target.name).to_vec();
            let directory = corpus("");
            let entries = std::fs::read_dir(directory).expect("the corpus is in the tree");
            let mut kept: Vec<String> =
                entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
            fuzzed.sort_unstable();
            named.sort_unstable();
            kept.sort();
            assert_eq!(fuzzed, named);
            assert_eq!(kept, named);
        }
    };
}

fuzzed! {
    a_token_is_accepted_only_where_the_plain_rules_accept_it "token";
    the_json_of_tokens_is_read_as_serde_json_reads_it "token_json";
    a_hash_is_read_as_it_is_written_and_costs_what_its_text_says "phc";
    a_csv_file_is_read_as_the_csv_crate_reads_it "csv";
    a_file_of_json_lines_is_read_as_its_objects "jsonl";
    a_typed_time_is_read_as_it_is_written "time_input";
    a_duration_is_the_sum_of_its_parts "duration";
    a_stored_date_is_inside_the_calendar "stored_date";
    a_dotenv_text_keeps_its_values_when_the_key_is_set "dotenv";
    a_configuration_is_within_its_bounds "config";
    a_database_name_is_a_file "database_url";
    a_saved_session_must_be_bound_to_its_database "session_file";
    an_e_mail_that_is_taken_is_its_own_normal_form "email";
    an_account_is_named_as_it_is_printed "user_spec";
    an_escaped_text_holds_nothing_hostile_and_can_be_undone "escape";
    the_bytes_that_a_hash_covers_tell_every_row_from_another "event";
    a_head_is_read_as_it_is_written "head";
}
