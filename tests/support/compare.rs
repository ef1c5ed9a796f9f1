//! Generated files: what the tree holds is what the program makes.

use std::path::Path;

/// Compares a generated file with the one in the tree, or writes it.
pub fn compare(path: &Path, generated: &str) {
    if std::env::var_os("AUTHCTL_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a file has a directory")).expect("the directory can be made");
        std::fs::write(path, generated).expect("the file can be written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == generated, "{} is stale: AUTHCTL_BLESS=1 cargo test writes it anew", path.display());
}
