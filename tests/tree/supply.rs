//! What comes in with the libraries: licences, versions with known faults, sources; and the list of them in `sbom.json`.
//!
//! What a newcomer would get wrong: the list is that of the released binary for Linux. What the tests alone need is
//! looked at as well, but is not in it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::{Value, json};
use toml::Table;

use super::compare::compare;
use super::{read, root};

fn rules() -> Table {
    read(&root().join("deny.toml")).parse().expect("deny.toml is TOML")
}

fn lock() -> Vec<Table> {
    let lock: Table = read(&root().join("Cargo.lock")).parse().expect("Cargo.lock is TOML");
    let packages = lock["package"].as_array().expect("packages").clone();
    packages.into_iter().map(|package| package.as_table().expect("a package").clone()).collect()
}

fn text<'a>(table: &'a Table, key: &str) -> &'a str {
    table.get(key).and_then(toml::Value::as_str).unwrap_or_default()
}

/// What cargo knows of the packages for Linux.
fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").expect("tests are run by cargo");
    let output = Command::new(cargo)
        .current_dir(root())
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo prints JSON")
}

/// Whether an SPDX expression (and cargo's older form with `/`) can be satisfied with the licences allowed.
fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (verdict, used) = either(&words, allowed);
    assert_eq!(used, words.len(), "{expression} is not understood");
    verdict
}

fn either(words: &[&str], allowed: &BTreeSet<String>) -> (bool, usize) {
    let (mut verdict, mut at) = both(words, allowed);
    while words.get(at) == Some(&"OR") {
        let (right, used) = both(&words[at + 1..], allowed);
        verdict |= right;
        at += 1 + used;
    }
    (verdict, at)
}

fn both(words: &[&str], allowed: &BTreeSet<String>) -> (bool, usize) {
    let (mut verdict, mut at) = one(words, allowed);
    while words.get(at) == Some(&"AND") {
        let (right, used) = one(&words[at + 1..], allowed);
        verdict &= right;
        at += 1 + used;
    }
    (verdict, at)
}

fn one(words: &[&str], allowed: &BTreeSet<String>) -> (bool, usize) {
    match words {
        ["(", rest @ ..] => {
            let (verdict, used) = either(rest, allowed);
            (verdict, used + 2)
        }
        [licence, "WITH", exception, ..] => (allowed.contains(&format!("{licence} WITH {exception}")), 3),
        [licence, ..] => (allowed.contains(*licence), 1),
        [] => (false, 0),
    }
}

#[test]
fn licences_are_read_as_spdx_defines_them() {
    let allowed: BTreeSet<String> = ["MIT", "Zlib", "Apache-2.0 WITH LLVM-exception"].map(String::from).into();
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("GPL-3.0-only OR MIT", true),
        ("GPL-3.0-only/MIT", true),
        ("MIT AND Unicode-3.0", false),
        ("(MIT OR GPL-3.0-only) AND Zlib", true),
        ("MIT OR GPL-3.0-only AND BSD-3-Clause", true),
        ("Apache-2.0", false),
        ("Apache-2.0 WITH LLVM-exception", true),
    ] {
        assert_eq!(satisfied(expression, &allowed), expected, "{expression}");
    }
}

#[test]
fn every_library_has_a_licence_that_is_allowed() {
    let rules = rules();
    let allowed = rules["licenses"]["allow"].as_array().expect("a list");
    let allowed: BTreeSet<String> = allowed.iter().filter_map(|one| one.as_str().map(String::from)).collect();
    let metadata = metadata();
    let resolved = resolved(&metadata);
    for package in metadata["packages"].as_array().expect("packages") {
        if !resolved.contains(package["id"].as_str().expect("an id")) {
            continue;
        }
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(satisfied(licence, &allowed), "{}: {licence}", package["name"]);
    }
}

fn resolved(metadata: &Value) -> BTreeSet<&str> {
    let nodes = metadata["resolve"]["nodes"].as_array().expect("nodes");
    nodes.iter().filter_map(|node| node["id"].as_str()).collect()
}

/// `1.2.3` as numbers; what follows a `-` or `+` does not count.
fn version(text: &str) -> Vec<u64> {
    let plain = text.split(['-', '+']).next().unwrap_or_default();
    plain.split('.').map(|part| part.parse().expect("a version has numbers")).collect()
}

/// Whether a rule of `deny.toml` (`name`, or `name:<1.2.3`) forbids this package.
fn forbids(rule: &str, name: &str, found: &str) -> bool {
    match rule.split_once(':') {
        None => rule == name,
        Some((crate_name, bound)) => {
            let bound = bound.strip_prefix('<').expect("only bounds from above are used");
            crate_name == name && version(found) < version(bound)
        }
    }
}

#[test]
fn no_version_with_a_known_fault_and_no_source_but_the_registry() {
    assert!(forbids("jsonwebtoken:<10.3.0", "jsonwebtoken", "10.2.9"), "an older version is forbidden");
    assert!(!forbids("jsonwebtoken:<10.3.0", "jsonwebtoken", "10.3.0"), "the mended one is not");
    let rules = rules();
    let denied = rules["bans"]["deny"].as_array().expect("a list");
    let registries = rules["sources"]["allow-registry"].as_array().expect("a list");
    for package in lock() {
        let (name, found, source) = (text(&package, "name"), text(&package, "version"), text(&package, "source"));
        for rule in denied {
            let rule = rule["crate"].as_str().expect("a crate");
            assert!(!forbids(rule, name, found), "{name} {found} is forbidden: {rule}");
        }
        let known = |registry: &toml::Value| source.strip_prefix("registry+") == registry.as_str();
        assert!(name == "authctl" || registries.iter().any(known), "{name} comes from {source:?}");
        assert!(name == "authctl" || text(&package, "checksum").len() == 64, "{name} has no checksum");
    }
}

/// Ids of the packages that the binary is made of: everything that is reached without dev-dependencies.
fn shipped(metadata: &Value) -> BTreeSet<String> {
    let nodes = metadata["resolve"]["nodes"].as_array().expect("nodes");
    let by_id: BTreeMap<&str, &Value> = nodes.iter().map(|node| (node["id"].as_str().expect("an id"), node)).collect();
    let mut found = BTreeSet::new();
    let mut waiting = vec![metadata["resolve"]["root"].as_str().expect("a root")];
    while let Some(id) = waiting.pop() {
        if !found.insert(id.to_owned()) {
            continue;
        }
        for dependency in by_id[id]["deps"].as_array().expect("dependencies") {
            let kinds = dependency["dep_kinds"].as_array().expect("kinds");
            if kinds.iter().any(|kind| kind["kind"] != "dev") {
                waiting.push(dependency["pkg"].as_str().expect("an id"));
            }
        }
    }
    found
}

#[test]
fn the_bill_of_materials_is_that_of_the_binary() {
    let metadata = metadata();
    let shipped = shipped(&metadata);
    let checksums: BTreeMap<(String, String), String> = lock()
        .iter()
        .map(|package| {
            ((text(package, "name").into(), text(package, "version").into()), text(package, "checksum").into())
        })
        .collect();
    let packages = metadata["packages"].as_array().expect("packages");
    let mut components: Vec<Value> = Vec::new();
    for package in packages.iter().filter(|package| shipped.contains(package["id"].as_str().expect("an id"))) {
        let (name, version) = (package["name"].as_str().expect("a name"), package["version"].as_str().expect("one"));
        if name == "authctl" {
            continue;
        }
        components.push(json!({
            "type": "library",
            "name": name,
            "version": version,
            "purl": format!("pkg:cargo/{name}@{version}"),
            "licenses": [{"expression": package["license"].as_str().unwrap_or_default().replace('/', " OR ")}],
            "hashes": [{"alg": "SHA-256", "content": checksums[&(name.to_owned(), version.to_owned())]}],
        }));
    }
    components.sort_by_key(|one| (one["name"].to_string(), one["version"].to_string()));
    let own = env!("CARGO_PKG_VERSION");
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "authctl", "version": own}},
        "components": components,
    });
    let bill = serde_json::to_string_pretty(&bill).expect("JSON can be printed");
    compare(&root().join("sbom.json"), &format!("{bill}\n"));
}

#[test]
fn the_fuzz_targets_are_built_with_the_libraries_of_the_program() {
    let lock: Table = read(&root().join("fuzz/Cargo.lock")).parse().expect("a lock is TOML");
    let packages = lock["package"].as_array().expect("packages");
    let ours = packages.iter().find(|package| package["name"].as_str() == Some("authctl")).expect("the program");
    let locked: BTreeSet<&str> =
        ours["dependencies"].as_array().expect("its libraries").iter().filter_map(toml::Value::as_str).collect();
    let manifest: Table = read(&root().join("Cargo.toml")).parse().expect("the manifest is TOML");
    let wanted = manifest["dependencies"].as_table().expect("its libraries").keys();
    // Where two versions are locked, the name stands before the version.
    let missing: Vec<_> =
        wanted.filter(|name| !locked.iter().any(|found| found.split(' ').next() == Some(name.as_str()))).collect();
    assert!(missing.is_empty(), "tests/fuzz would not build: cargo update --manifest-path fuzz/Cargo.toml {missing:?}");
}
