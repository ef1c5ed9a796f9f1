//! The virtual environment under `target/interop`, built on first use from the hashed lock file.
//!
//! Test binaries run at once: the first one builds while the others wait on a file lock.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Tried in this order.
const INTERPRETERS: [&str; 3] = ["python3.11", "python3.12", "python3"];

/// Below 3.11 `datetime.fromisoformat` reads fewer forms than the app's; from 3.13 on passlib 1.7.4 lacks `crypt`.
const FITTING: &str = "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))";

/// Returns the interpreter that has the app's pinned libraries; builds its environment where it is missing or outdated.
///
/// # Panics
/// When no Python 3.11 or 3.12 is found, or the install fails: the message holds what was tried.
pub fn interop_python() -> PathBuf {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(built).clone()
}

/// Returns a command that runs one script of `tests/interop` with the pinned libraries.
pub fn script(name: &str) -> Command {
    let mut command = isolated(&interop_python());
    command.arg(scripts().join(name));
    command
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop")
}

fn isolated(program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME")
        .env_remove("SECRET_KEY")
        .env_remove("DATABASE_URL")
        .env_remove("TOKEN_LIB")
        .env("PYTHONNOUSERSITE", "1")
        // No __pycache__ in the tree.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1");
    command
}

fn built() -> PathBuf {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/interop");
    fs::create_dir_all(&home).expect("target/interop can be made");
    let guard = File::create(home.join("lock")).expect("the lock file of target/interop can be made");
    guard.lock().expect("target/interop can be locked");

    let requirements = scripts().join("requirements.lock");
    let wanted = fs::read(&requirements).expect("tests/interop/requirements.lock is in the tree");
    let venv = home.join("venv");
    let python = venv.join("bin/python");
    let stamp = home.join("stamp");
    if python.exists() && fs::read(&stamp).is_ok_and(|built_from| built_from == wanted) {
        return python;
    }
    // Written last: an install that was cut off is done again.
    let _ = fs::remove_file(&stamp);
    create_venv(&venv);
    install(&python, &requirements);
    fs::write(&stamp, wanted).expect("the stamp of target/interop can be written");
    python
}

fn create_venv(venv: &Path) {
    let mut tried = Vec::new();
    for name in INTERPRETERS {
        match isolated(Path::new(name)).args(["-c", FITTING]).output() {
            Ok(done) if done.status.success() => {}
            Ok(_) => {
                tried.push(format!("{name}: not Python 3.11 or 3.12"));
                continue;
            }
            Err(error) => {
                tried.push(format!("{name}: {error}"));
                continue;
            }
        }
        let made = isolated(Path::new(name)).args(["-m", "venv", "--clear"]).arg(venv).output();
        match made {
            Ok(done) if done.status.success() => return,
            Ok(done) => tried.push(format!("{name} -m venv: {}", said(&done))),
            Err(error) => tried.push(format!("{name} -m venv: {error}")),
        }
    }
    panic!(
        "the interop tests need Python 3.11 or 3.12 with the venv module (Debian: apt-get install python3-venv)\n{}",
        tried.join("\n")
    );
}

fn install(python: &Path, requirements: &Path) {
    let done = isolated(python)
        .args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"])
        .args(["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r"])
        .arg(requirements)
        .output()
        .expect("the new environment's python starts");
    assert!(
        done.status.success(),
        "the pinned libraries could not be installed from {}: the interop tests need a package index\n{}",
        requirements.display(),
        said(&done)
    );
}

fn said(done: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
}
