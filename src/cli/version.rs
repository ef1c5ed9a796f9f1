//! `--version`.

use super::args::Global;

/// The version; with `-v` the commit that was built and the SQLite inside.
pub fn text(global: &Global) -> String {
    let version = env!("CARGO_PKG_VERSION");
    if global.verbose == 0 {
        return format!("authctl {version}\n");
    }
    let commit = option_env!("AUTHCTL_COMMIT").unwrap_or("unknown");
    format!("authctl {version}\ncommit {commit}\nSQLite {}\n", crate::store::sqlite_version())
}
