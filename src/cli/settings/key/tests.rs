//! The places of the key in their order, every refusal, every warning.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::*;

const STRONG: &str = "0123456789abcdef0123456789abcdef";

/// A working directory and the directory of the database.
struct Scene {
    cwd: TempDir,
    site: TempDir,
    env: Vec<(&'static str, OsString)>,
    source: KeySource,
}

impl Scene {
    fn new() -> Self {
        Self {
            cwd: tempfile::tempdir().expect("a directory"),
            site: tempfile::tempdir().expect("a directory"),
            env: Vec::new(),
            source: KeySource::default(),
        }
    }

    fn resolve(&self) -> Result<ResolvedKey, KeyError> {
        let env = |name: &str| self.env.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        resolve(&self.source, &env, Some(&self.site.path().join("app.db")), self.cwd.path())
    }

    fn key(&self) -> String {
        let key = self.resolve().expect("a key").key;
        String::from_utf8(key.expose().to_vec()).expect("text")
    }

    fn beside(self, text: impl AsRef<[u8]>) -> Self {
        fs::write(self.site.path().join(".env"), text).expect("written");
        self
    }

    fn in_cwd(self, text: impl AsRef<[u8]>) -> Self {
        fs::write(self.cwd.path().join(".env"), text).expect("written");
        self
    }

    fn env(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    fn file(mut self, text: impl AsRef<[u8]>) -> Self {
        fs::write(self.cwd.path().join("key"), text).expect("written");
        self.source.secret_file = Some(PathBuf::from("key"));
        self
    }

    fn allow_default(mut self) -> Self {
        self.source.default = DefaultKey::Allowed;
        self
    }
}

#[test]
fn the_places_come_in_the_contracts_order() {
    let scene = Scene::new().in_cwd("SECRET_KEY=from-cwd");
    assert_eq!(scene.key(), "from-cwd");
    let scene = scene.beside("SECRET_KEY=from-beside");
    assert_eq!(scene.key(), "from-beside");
    let scene = scene.env("SECRET_KEY", "from-env");
    assert_eq!(scene.key(), "from-env");
    let scene = scene.file("from-file\n");
    assert_eq!(scene.key(), "from-file");
}

#[test]
fn the_origin_says_which_place_it_was() {
    let origin = |scene: Scene| scene.resolve().expect("a key").origin.to_string();
    assert!(origin(Scene::new().in_cwd("SECRET_KEY=k")).ends_with("/.env'"));
    assert_eq!(origin(Scene::new().env("SECRET_KEY", "k")), "SECRET_KEY in the environment");
    assert!(origin(Scene::new().file("k")).starts_with("--secret-file '"));
}

#[test]
fn a_relative_database_has_its_dotenv_below_the_working_directory() {
    let cwd = tempfile::tempdir().expect("a directory");
    fs::create_dir(cwd.path().join("data")).expect("made");
    fs::write(cwd.path().join("data/.env"), "SECRET_KEY=below").expect("written");
    let found = |database: &str| {
        let key = resolve(&KeySource::default(), &|_| None, Some(Path::new(database)), cwd.path());
        key.map(|found| found.key.expose().to_vec())
    };
    assert_eq!(found("data/app.db").expect("a key"), b"below");
    assert!(matches!(found("app.db"), Err(KeyError::Missing)));
}

#[test]
fn a_key_file_loses_exactly_one_line_end() {
    for (text, key) in [
        ("k", "k"),
        ("k\n", "k"),
        ("k\r\n", "k"),
        ("k\n\n", "k\n"),
        (" k \n", " k "),
        ("k\r", "k\r"),
        ("a\nb\n", "a\nb"),
    ] {
        assert_eq!(Scene::new().file(text).key(), key);
    }
}

#[test]
fn a_dotenv_value_is_what_python_dotenv_makes_of_it() {
    let scene = Scene::new().beside("\u{feff}SECRET_KEY=first\nexport SECRET_KEY=\"H$ello$${N}\" # c\n").env("N", "W");
    assert_eq!(scene.key(), "H$ello$W");
}

#[test]
fn a_name_without_value_is_not_set_and_the_next_place_is_looked_at() {
    let scene = Scene::new().beside("SECRET_KEY\nOTHER=x\n").in_cwd("SECRET_KEY=from-cwd");
    assert_eq!(scene.key(), "from-cwd");
}

#[test]
fn no_key_anywhere_is_missing() {
    let error = Scene::new().beside("OTHER=x").resolve().expect_err("none");
    assert!(matches!(error, KeyError::Missing));
    assert!(error.hint().contains("--secret-file"));
}

#[test]
fn an_empty_key_is_refused_and_not_passed_over() {
    for scene in [
        Scene::new().env("SECRET_KEY", "").beside("SECRET_KEY=other"),
        Scene::new().beside("SECRET_KEY=\n").in_cwd("SECRET_KEY=other"),
        Scene::new().file("\n").env("SECRET_KEY", "other"),
        Scene::new().env("SECRET_KEY", "").allow_default(),
    ] {
        assert!(matches!(scene.resolve(), Err(KeyError::Empty { .. })));
    }
}

/// While the option is given, setting the variable would change nothing.
#[test]
fn the_way_out_of_a_key_file_is_the_file() {
    for (text, first) in
        [("", "write the key"), (APP_FALLBACK_KEY, "give the app a key"), ("ssh-rsa A", "give the file")]
    {
        let hint = Scene::new().file(text).resolve().expect_err("refused").hint();
        assert!(hint.starts_with(first) && !hint.contains("set SECRET_KEY"), "{text}: {hint}");
        let hint = Scene::new().env("SECRET_KEY", text).resolve().expect_err("refused").hint();
        assert!(hint.starts_with("set SECRET_KEY"), "{text}: {hint}");
    }
}

#[test]
fn the_built_in_key_needs_the_option() {
    let text = APP_FALLBACK_KEY.to_owned();
    let given = || Scene::new().env("SECRET_KEY", text.clone());
    assert!(matches!(given().resolve(), Err(KeyError::Default { .. })));
    for scene in [given().allow_default(), Scene::new().allow_default()] {
        let found = scene.resolve().expect("allowed");
        assert_eq!(found.key.expose(), APP_FALLBACK_KEY.as_bytes());
        assert_eq!(found.warnings, [KeyWarning::BuiltIn]);
    }
}

#[test]
fn the_option_does_not_replace_a_key_that_is_set() {
    assert_eq!(Scene::new().allow_default().env("SECRET_KEY", STRONG).key(), STRONG);
}

#[test]
fn a_short_key_works_with_a_warning() {
    let warnings = |key: &str| Scene::new().env("SECRET_KEY", key).resolve().expect("a key").warnings;
    assert_eq!(warnings(STRONG), []);
    assert_eq!(warnings(&STRONG[1..]), [KeyWarning::Weak { bytes: 31 }]);
    // Bytes count, not characters.
    assert_eq!(warnings(&"é".repeat(16)), []);
}

#[test]
fn keys_that_the_apps_libraries_refuse_are_refused() {
    let pem = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n";
    for (scene, expected) in [
        (Scene::new().file(pem), UnusableKey::Pem),
        (Scene::new().beside(format!("SECRET_KEY=\"{pem}\"")), UnusableKey::Pem),
        (Scene::new().env("SECRET_KEY", "ssh-ed25519 AAAA ann@host"), UnusableKey::Ssh),
        (Scene::new().env("SECRET_KEY", OsStr::from_bytes(b"k\xff")), UnusableKey::NotUtf8),
        (Scene::new().file(b"k\xff"), UnusableKey::NotUtf8),
        (Scene::new().beside("SECRET_KEY=${V}").env("V", OsStr::from_bytes(b"k\xff")), UnusableKey::NotUtf8),
        (Scene::new().file("k\0"), UnusableKey::Nul),
    ] {
        let error = scene.resolve().expect_err("refused");
        assert!(matches!(error, KeyError::Unusable { reason, .. } if reason == expected), "{error}");
    }
}

#[test]
fn a_key_file_that_cannot_be_read_is_named() {
    let mut scene = Scene::new();
    scene.source.secret_file = Some(PathBuf::from("none"));
    let error = scene.env("SECRET_KEY", STRONG).resolve().expect_err("absent");
    assert!(error.to_string().ends_with("none': there is no such file"), "{error}");
    let error = Scene::new().file(vec![b'k'; 65_537]).resolve().expect_err("too large");
    assert!(error.to_string().ends_with("it is larger than 64 KiB"), "{error}");
}

#[test]
fn a_dotenv_that_everybody_may_write_is_refused_by_name() {
    let scene = Scene::new().beside("SECRET_KEY=k").in_cwd("SECRET_KEY=other");
    let path = scene.site.path().join(".env");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).expect("chmod");
    let error = scene.resolve().expect_err("refused");
    assert!(error.to_string().contains("/.env': everybody may write it (mode 0666)"), "{error}");
    assert!(error.hint().starts_with("chmod o-w"));
}

/// Whoever writes it signs, and the command would sign for them.
#[test]
fn a_key_file_that_others_may_write_is_refused_by_name_and_a_pipe_is_not() {
    let scene = Scene::new().file(STRONG);
    let path = scene.cwd.path().join("key");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o646)).expect("chmod");
    let error = scene.resolve().expect_err("refused");
    assert!(matches!(error, KeyError::Unreadable { reason: ReadError::EverybodyWrites(0o646), .. }), "{error}");
    assert!(error.to_string().contains("/key'") && error.hint().contains("chmod"), "{error}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("chmod");
    assert_eq!(scene.key(), STRONG);

    fs::remove_file(&path).expect("removed");
    let mode = rustix::fs::Mode::from_raw_mode(0o666);
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).expect("a pipe");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).expect("chmod");
    let writer = std::thread::spawn({
        let path = path.clone();
        move || fs::write(path, STRONG).expect("the pipe is read")
    });
    assert_eq!(scene.key(), STRONG);
    writer.join().expect("written");
}

#[test]
fn a_dotenv_that_is_not_text_is_refused_and_one_that_is_no_file_is_passed_over() {
    let error = Scene::new().beside(b"SECRET_KEY=\xff").resolve().expect_err("refused");
    assert!(error.to_string().ends_with("it is not UTF-8 text"), "{error}");
    let scene = Scene::new().in_cwd("SECRET_KEY=from-cwd");
    fs::create_dir(scene.site.path().join(".env")).expect("made");
    assert_eq!(scene.key(), "from-cwd");
}

#[test]
fn a_dotenv_whose_values_multiply_is_refused() {
    let text = "A=${A:-12345678}${A:-12345678}\n".repeat(40);
    assert!(matches!(Scene::new().beside(text).resolve(), Err(KeyError::Expansion { .. })));
}

#[test]
fn no_error_and_no_debug_form_shows_a_key() {
    let hush = "ssh-rsa hush-hush";
    let error = Scene::new().env("SECRET_KEY", hush).resolve().expect_err("refused");
    assert!(!format!("{error} {error:?} {}", error.hint()).contains("hush"));
    let found = Scene::new().env("SECRET_KEY", "hush-hush").resolve().expect("a key");
    assert!(!format!("{found:?}").contains("hush"));
}
