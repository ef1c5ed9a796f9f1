//! The configuration: defaults, every key, every refusal, and where the file is looked for.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;

fn refusal(text: &str) -> String {
    Config::parse(text).expect_err(text).to_string()
}

#[test]
fn an_empty_file_gives_the_apps_own_values() {
    let config = Config::parse("# nothing\n[hash]\n").expect("no key is needed");
    assert_eq!(config, Config::default());
    assert_eq!(config.lockout.duration.to_string(), "30 minutes");
    assert_eq!(config.tokens.refresh_ttl.seconds(), 604_800);
}

#[test]
fn every_key_is_read() {
    let text = r#"
        database = "sqlite:////srv/app.db"
        roles = ["nurse", "admin"]
        require_session = true
        audit_key_file = "audit.key"
        [password]
        min_length = 14
        max_length = 200
        [lockout]
        attempts = 1000000
        duration = "1h30m"
        time_format = "naive"
        [tokens]
        access_ttl = "5m"
        refresh_ttl = "2w"
        [hash]
        memory_kib = 19456
        time_cost = 2
        parallelism = 4
    "#;
    let expected = Config {
        database: Some("sqlite:////srv/app.db".to_owned()),
        roles: Some(vec!["nurse".to_owned(), "admin".to_owned()]),
        require_session: true,
        audit_key_file: Some(std::path::PathBuf::from("audit.key")),
        password: PasswordConfig { min_length: 14, max_length: 200 },
        lockout: LockoutConfig {
            attempts: 1_000_000,
            duration: Span::from_seconds(5400),
            time_format: TimeFormat::Naive,
        },
        tokens: TokensConfig { access_ttl: Span::from_seconds(300), refresh_ttl: Span::from_seconds(1_209_600) },
        hash: HashConfig { memory_kib: 19_456, time_cost: 2, parallelism: 4 },
    };
    assert_eq!(Config::parse(text).expect("valid"), expected);
}

#[test]
fn numbers_outside_their_range_are_refused_with_the_range() {
    for (text, message) in [
        ("[lockout]\nattempts = 0", "lockout.attempts must be 1 to 1000000, not 0"),
        ("[lockout]\nattempts = 1000001", "lockout.attempts must be 1 to 1000000, not 1000001"),
        ("[lockout]\nattempts = -1", "lockout.attempts must be 1 to 1000000, not -1"),
        ("[hash]\nmemory_kib = 19455", "hash.memory_kib must be 19456 to 1048576, not 19455"),
        ("[hash]\nmemory_kib = 4294967296", "hash.memory_kib must be 19456 to 1048576, not 4294967296"),
        ("[hash]\ntime_cost = 1", "hash.time_cost must be 2 to 20, not 1"),
        ("[hash]\ntime_cost = 21", "hash.time_cost must be 2 to 20, not 21"),
        ("[hash]\nparallelism = 0", "hash.parallelism must be 1 to 16, not 0"),
        ("[hash]\nparallelism = 17", "hash.parallelism must be 1 to 16, not 17"),
        ("[password]\nmin_length = 0", "password.min_length must be 1 to 4064, not 0"),
        ("[password]\nmax_length = 4065", "password.max_length must be 1 to 4064, not 4065"),
    ] {
        assert_eq!(refusal(text), message);
    }
}

#[test]
fn values_that_do_not_go_together_are_refused() {
    assert!(refusal("[password]\nmin_length = 129").contains("(129) is larger than password.max_length (128)"));
    assert!(refusal("[hash]\nmemory_kib = 1048576\ntime_cost = 5").contains("at most 4194304"));
    assert!(Config::parse("[hash]\nmemory_kib = 1048576\ntime_cost = 4").is_ok());
}

#[test]
fn roles_must_be_usable() {
    for roles in ["[]", "[\"\"]", "[\" admin\"]", "[\"a\\nb\"]", "[\"admin\", \"Admin\"]", "[\"a\", \"a\"]"] {
        assert!(refusal(&format!("roles = {roles}")).starts_with("roles"), "{roles}");
    }
}

#[test]
fn durations_must_have_a_unit() {
    for key in ["lockout]\nduration", "tokens]\naccess_ttl", "tokens]\nrefresh_ttl"] {
        let message = refusal(&format!("[{key} = \"30\""));
        let name = key.replace("]\n", ".");
        assert_eq!(message, format!("{name}: the duration '30' has no unit: write 30s, 30m, 30h, 30d or 30w"));
        assert!(refusal(&format!("[{key} = 30")).starts_with("line 2: "));
    }
}

#[test]
fn unknown_keys_and_values_are_refused_with_their_line() {
    assert!(refusal("\nfoo = 1").starts_with("line 2: unknown field `foo`"));
    assert!(refusal("[lockout]\nattempt = 1").starts_with("line 2: unknown field `attempt`"));
    assert!(refusal("[audit]\nx = 1").starts_with("line 1: unknown field `audit`"));
    assert!(refusal("[lockout]\ntime_format = \"utc\"").starts_with("line 2: unknown variant `utc`"));
    assert!(refusal("roles = [\"a\"]\nroles = [\"b\"]").starts_with("line 2: "));
}

#[test]
fn sessions_and_the_audit_key_are_read_and_checked_for_their_types() {
    let config = Config::parse("require_session = true\naudit_key_file = \"keys/audit.key\"").expect("valid");
    assert!(config.require_session);
    assert_eq!(config.audit_key_file.as_deref(), Some(std::path::Path::new("keys/audit.key")));
    assert!(refusal("require_session = \"yes\"").starts_with("line 1: "));
    assert!(refusal("audit_key_file = 1").starts_with("line 1: "));
}

#[test]
fn a_broken_line_is_not_repeated_in_the_message() {
    for text in [
        "database = postgresql://user:hush@host/db",
        "database = \"postgresql://user:hush@host/db",
        "SECRET_KEY = \"hush\"",
        "database = { url = \"hush\" }",
        "database = [\"hush\"]",
        "hush",
    ] {
        let problem = Config::parse(text).expect_err(text);
        assert!(!format!("{problem} {problem:?}").contains("hush"), "{problem}");
    }
}

#[test]
fn the_nearest_file_is_taken() {
    let (cwd, platform) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    let load = |explicit: Option<&str>| load(explicit.map(Path::new), cwd.path(), Some(platform.path()));
    let write = |path: &Path, attempts: u32| {
        fs::write(path, format!("[lockout]\nattempts = {attempts}\n")).expect("written");
    };
    assert_eq!(load(None).expect("defaults"), (Config::default(), None));
    write(&platform.path().join(FILE_NAME), 7);
    let (config, path) = load(None).expect("the platform's");
    assert_eq!((config.lockout.attempts, path), (7, Some(platform.path().join(FILE_NAME))));
    write(&cwd.path().join(FILE_NAME), 8);
    assert_eq!(load(None).expect("the directory's").0.lockout.attempts, 8);
    write(&cwd.path().join("own.toml"), 9);
    let (config, path) = load(Some("own.toml")).expect("the one named");
    assert_eq!((config.lockout.attempts, path), (9, Some(cwd.path().join("own.toml"))));
}

#[test]
fn a_named_file_must_exist() {
    let cwd = tempfile::tempdir().expect("a directory");
    let error = load(Some(Path::new("none.toml")), cwd.path(), None).expect_err("absent");
    assert!(error.to_string().ends_with("none.toml' is refused: there is no such file"), "{error}");
}

#[test]
fn a_file_that_everybody_may_write_is_refused_by_name_and_not_passed_over() {
    let cwd = tempfile::tempdir().expect("a directory");
    let path = cwd.path().join(FILE_NAME);
    fs::write(&path, "").expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o646)).expect("chmod");
    let error = load(None, cwd.path(), None).expect_err("refused");
    assert!(error.to_string().contains("authctl.toml' is refused: everybody may write it (mode 0646)"), "{error}");
    assert!(error.hint().is_some());
}

#[test]
fn the_platform_has_a_directory_of_our_name() {
    let directory = platform_directory().expect("this account has a home");
    assert!(directory.ends_with("authctl"), "{}", directory.display());
}
