//! `.env`, the configuration, the database's name, and the saved session.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use authctl::cli::settings::config::Config;
use authctl::cli::settings::database::{DatabasePath, DatabaseUrlError};
use authctl::cli::settings::dotenv::{parse, with_value};
use authctl::cli::settings::session::{SessionError, SessionFile};

use super::{class, rough, shape, text};

const NEW: &str = "A-new-key_of-43-characters-0123456789abcdef";

/// A `.env` text: names once each and never empty; and with another key in it, every other value stays.
pub fn dotenv(data: &[u8]) -> u64 {
    let given = text(data);
    let env = |name: &str| (name == "HOME").then(|| "/home/ann".to_owned());
    let Ok(read) = parse(&given, &env) else {
        return class("too large");
    };
    let before: BTreeMap<&str, &Option<String>> = read.iter().map(|(name, value)| (name.as_str(), value)).collect();
    assert_eq!(before.len(), read.len(), "a name twice in {given:?}");
    assert!(!before.contains_key(""), "{given:?}");
    let edited = with_value(&given, "SECRET_KEY", NEW);
    let again = parse(&edited, &env).expect("as large as before");
    let after: BTreeMap<&str, &Option<String>> = again.iter().map(|(name, value)| (name.as_str(), value)).collect();
    let took = after.get("SECRET_KEY").is_some_and(|value| value.as_deref() == Some(NEW));
    // A quote that is open may end in the new value's line; the command looks whether its key is there.
    let quotes = given.contains(['\'', '"']);
    assert!(took || quotes, "{given:?} became {edited:?}");
    if took && !quotes && !given.contains("${") {
        for (name, value) in before.iter().filter(|(name, _)| **name != "SECRET_KEY") {
            assert_eq!(after.get(name), Some(value), "{name} in {given:?}");
        }
    }
    let valued = read.iter().filter(|(_, value)| value.is_some()).count();
    class((rough(read.len()), rough(valued), took, before.contains_key("SECRET_KEY"), given.contains('\r')))
}

/// A configuration: what is taken is within the bounds, and is the same when it is written and read again.
pub fn config(data: &[u8]) -> u64 {
    let given = text(data);
    let config = match Config::parse(&given) {
        Ok(config) => config,
        Err(problem) => {
            let said = problem.to_string();
            assert!(!said.is_empty());
            return class(("refused", shape(&said)));
        }
    };
    assert!((1..=4064).contains(&config.password.min_length), "{given:?}");
    assert!((config.password.min_length..=4064).contains(&config.password.max_length), "{given:?}");
    assert!((1..=1_000_000).contains(&config.lockout.attempts), "{given:?}");
    assert!((19_456..=1_048_576).contains(&config.hash.memory_kib), "{given:?}");
    assert!((2..=20).contains(&config.hash.time_cost) && (1..=16).contains(&config.hash.parallelism), "{given:?}");
    for span in [config.lockout.duration, config.tokens.access_ttl, config.tokens.refresh_ttl] {
        assert!(span.micros() > 0, "{given:?}");
    }
    assert_eq!(Config::parse(&written(&config)).expect("what was written can be read"), config, "{given:?}");
    let default = Config::default();
    class((
        [config.password == default.password, config.lockout == default.lockout, config.hash == default.hash],
        config.tokens == default.tokens,
        config.roles.map(|roles| rough(roles.len())),
        [config.database.is_some(), config.require_session, config.audit_key_file.is_some()],
    ))
}

/// The configuration as TOML; JSON's strings are strings of TOML as well.
fn written(config: &Config) -> String {
    use serde_json::json;
    let quoted = |text: &str| json!(text).to_string().replace('\u{7f}', "\\u007f");
    let mut out = format!("require_session = {}\n", config.require_session);
    if let Some(database) = &config.database {
        out += &format!("database = {}\n", quoted(database));
    }
    if let Some(roles) = &config.roles {
        let roles: Vec<String> = roles.iter().map(|role| quoted(role)).collect();
        out += &format!("roles = [{}]\n", roles.join(","));
    }
    if let Some(path) = &config.audit_key_file {
        out += &format!("audit_key_file = {}\n", quoted(path.to_str().expect("it came from text")));
    }
    let (password, lockout, tokens, hash) = (config.password, config.lockout, config.tokens, config.hash);
    out += &format!("[password]\nmin_length = {}\nmax_length = {}\n", password.min_length, password.max_length);
    out += &format!("[lockout]\nattempts = {}\nduration = \"{}s\"\n", lockout.attempts, lockout.duration.seconds());
    out += &format!("time_format = \"{}\"\n", format!("{:?}", lockout.time_format).to_lowercase());
    out += &format!("[tokens]\naccess_ttl = \"{}s\"\n", tokens.access_ttl.seconds());
    out += &format!("refresh_ttl = \"{}s\"\n", tokens.refresh_ttl.seconds());
    out += &format!("[hash]\nmemory_kib = {}\ntime_cost = {}\n", hash.memory_kib, hash.time_cost);
    out + &format!("parallelism = {}\n", hash.parallelism)
}

/// The name of the database: a path that SQLite takes as a file, and no password in what is said.
pub fn database_url(data: &[u8]) -> u64 {
    let given = OsStr::from_bytes(data);
    let path = match DatabasePath::parse(given) {
        Ok(path) => path,
        Err(error) => {
            if let DatabaseUrlError::OtherKind(scheme) = &error {
                assert!(scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte)));
                assert!(data.starts_with([scheme.as_bytes(), b"://"].concat().as_slice()), "{given:?}");
            }
            return class(("refused", shape(&error.to_string()), rough(data.len())));
        }
    };
    let bytes = path.as_os_str().as_bytes();
    assert!(!bytes.is_empty() && bytes != b":memory:" && !bytes.starts_with(b"file:"), "{given:?} is {path:?}");
    let name = bytes.strip_prefix(b"./").filter(|name| name.starts_with(b"file:")).unwrap_or(bytes);
    assert!(data.ends_with(name) || data.contains(&b'?'), "{given:?} is {path:?}");
    if !bytes.contains(&b'?') {
        let url = [b"sqlite:///", bytes].concat();
        assert_eq!(DatabasePath::parse(OsStr::from_bytes(&url)), Ok(path.clone()), "{given:?}");
    }
    class(("path", data == bytes, path.is_absolute(), data.starts_with(b"sqlite"), rough(data.len())))
}

/// A saved session: bytes that do not hold the binding of this very database are no session. Those that hold the mark
/// `@` in its place are, so that the rest of the form is reached.
pub fn session_file(data: &[u8]) -> u64 {
    thread_local! {
        static SESSION: (SessionFile, String) = bound();
    }
    SESSION.with(|(file, binding)| {
        let mark = b"\"@\"";
        let at = data.windows(mark.len()).position(|window| window == mark);
        let bytes = match at {
            Some(at) => [&data[..at], binding.as_bytes(), &data[at + mark.len()..]].concat(),
            None => data.to_vec(),
        };
        let known = bytes.windows(binding.len()).any(|window| window == binding.as_bytes());
        match file.token_in(&bytes) {
            Ok(token) => {
                assert!(known, "the binding cannot be guessed: {:?}", text(&bytes));
                match serde_json::from_slice::<serde_json::Value>(&bytes) {
                    Ok(value) => {
                        assert_eq!((value["form"].as_u64(), value["token"].as_str()), (Some(1), Some(token.expose())));
                    }
                    // In a key that is skipped nobody looks whether an escape is half of a pair.
                    Err(error) => assert!(text(&bytes).contains("\\u"), "{error}: {:?}", text(&bytes)),
                }
                class(("read", rough(token.expose().len()), rough(bytes.len())))
            }
            Err(error) => {
                assert!(matches!(error, SessionError::Form | SessionError::OtherDatabase(_)), "{error:?}");
                class(("refused", shape(&error.to_string()), known, rough(bytes.len())))
            }
        }
    })
}

/// The session of a file that is there, and its binding as JSON: what `login --save` would write.
fn bound() -> (SessionFile, String) {
    let state =
        std::env::temp_dir().join(format!("authctl-fuzz-{}-{:?}", std::process::id(), std::thread::current().id()));
    let file = SessionFile::of(&state, Path::new("/dev/null"));
    file.prepare().expect("a directory for the session");
    file.save(&authctl::model::secret::SignedToken::new("a.b.c".to_owned())).expect("a session is saved");
    let saved = std::fs::read(file.path()).expect("the session is there");
    std::fs::remove_dir_all(&state).expect("the directory is removed");
    let saved: serde_json::Value = serde_json::from_slice(&saved).expect("JSON");
    let binding = saved["binding"].to_string();
    (file, binding)
}
