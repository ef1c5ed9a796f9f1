//! Which file is the database: `--database`, the environment, the configuration, or `./app.db`.
//!
//! What a newcomer would get wrong: a `sqlite:///` URL is read as SQLAlchemy 2.0 reads it, and that is not
//! how browsers do. Three slashes make a relative path, four an absolute one, `%20` is literally `%20`, and
//! `?…` is not part of the path. Every relative path counts from the working directory, the one in the
//! configuration file too.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::Env;

const DEFAULT_FILE: &str = "app.db";

/// Why a text does not name a database file; never holds the text of a URL, which may have a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlError {
    /// Nothing at all.
    #[error("the database path is empty")]
    Empty,
    /// A database in memory, which ends with the process.
    #[error("a database in memory cannot be worked on: name the app's file")]
    InMemory,
    /// A URL of another database system; the scheme alone is kept.
    #[error("a database of the kind '{0}' is not supported: only SQLite files are")]
    OtherKind(String),
    /// A SQLite URL with a host, a user or a password, or without its slashes.
    #[error("not a SQLite URL: write sqlite:///relative/app.db or sqlite:////absolute/app.db")]
    Malformed,
    /// A SQLite URL whose path is itself a `file:` URI.
    #[error("a 'file:' URI inside a SQLite URL is not supported: give the path alone")]
    FileUri,
}

/// The reader of database paths and URLs.
pub struct DatabasePath;

impl DatabasePath {
    /// The path that a plain path or a `sqlite:///` URL means; a name that starts with `file:` gets a `./`.
    ///
    /// # Errors
    /// Each [`DatabaseUrlError`].
    pub fn parse(text: &OsStr) -> Result<PathBuf, DatabaseUrlError> {
        let bytes = text.as_bytes();
        let path = match split_scheme(bytes) {
            Some((scheme, rest)) if is_sqlite(scheme) => url_path(rest)?,
            Some((scheme, _)) => {
                return Err(DatabaseUrlError::OtherKind(String::from_utf8_lossy(scheme).into()));
            }
            None if bytes.starts_with(b"sqlite:") => return Err(DatabaseUrlError::Malformed),
            None if bytes.is_empty() => return Err(DatabaseUrlError::Empty),
            None => bytes,
        };
        if path.is_empty() || path == b":memory:" {
            return Err(DatabaseUrlError::InMemory);
        }
        let path = PathBuf::from(OsString::from_vec(path.to_vec()));
        // SQLite would take the name for a URI.
        Ok(if path.as_os_str().as_bytes().starts_with(b"file:") { Path::new(".").join(path) } else { path })
    }
}

/// The part before `://`, where it looks like the scheme of a URL.
fn split_scheme(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = text.windows(3).position(|window| window == b"://")?;
    let scheme = &text[..at];
    let of_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-._".contains(byte);
    (at > 0 && scheme.iter().all(of_scheme)).then(|| (scheme, &text[at + 3..]))
}

/// `sqlite`, alone or with a `+driver`; SQLAlchemy knows it in lower case only.
fn is_sqlite(scheme: &[u8]) -> bool {
    scheme == b"sqlite" || scheme.starts_with(b"sqlite+")
}

/// The path in what follows `sqlite://`.
fn url_path(rest: &[u8]) -> Result<&[u8], DatabaseUrlError> {
    let (place, query) = match rest.iter().position(|byte| *byte == b'?') {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (rest, &[][..]),
    };
    let path = match place.split_first() {
        None => return Err(DatabaseUrlError::InMemory),
        Some((b'/', path)) => path,
        Some(_) => return Err(DatabaseUrlError::Malformed),
    };
    let asks_uri = query.split(|byte| *byte == b'&').any(|part| part.starts_with(b"uri="));
    if asks_uri && path.starts_with(b"file:") {
        return Err(DatabaseUrlError::FileUri);
    }
    Ok(path)
}

/// Who named the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `--database`.
    Option,
    /// `AUTHCTL_DATABASE` in the environment.
    AuthctlDatabase,
    /// `DATABASE_URL` in the environment.
    DatabaseUrl,
    /// `database` in the configuration file.
    Config,
    /// Nobody: `./app.db`.
    Default,
}

impl Origin {
    /// How it is called in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Option => "--database",
            Self::AuthctlDatabase => "AUTHCTL_DATABASE",
            Self::DatabaseUrl => "DATABASE_URL",
            Self::Config => "database in the configuration",
            Self::Default => "the default ./app.db",
        }
    }
}

/// A database file and who named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The file, relative paths joined to the working directory.
    pub path: PathBuf,
    /// Who named it.
    pub origin: Origin,
}

/// A name that does not lead to a database file, and who gave it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", origin.name())]
pub struct LocateError {
    /// Who named it.
    pub origin: Origin,
    /// What is wrong with it.
    pub reason: DatabaseUrlError,
}

/// Finds the database: the option, `AUTHCTL_DATABASE`, `DATABASE_URL`, the configuration, `./app.db`.
///
/// The first that is set decides, also when it is unusable: another file than the one named must never be
/// changed. Whether the file exists is not looked at.
///
/// # Errors
/// The deciding name is no path to a SQLite file.
pub fn locate(option: Option<&OsStr>, env: &Env<'_>, config: Option<&str>, cwd: &Path) -> Result<Located, LocateError> {
    let named = option
        .map(|text| (text.to_owned(), Origin::Option))
        .or_else(|| env("AUTHCTL_DATABASE").map(|text| (text, Origin::AuthctlDatabase)))
        .or_else(|| env("DATABASE_URL").map(|text| (text, Origin::DatabaseUrl)))
        .or_else(|| config.map(|text| (OsString::from(text), Origin::Config)));
    let Some((text, origin)) = named else {
        return Ok(Located { path: cwd.join(DEFAULT_FILE), origin: Origin::Default });
    };
    let path = DatabasePath::parse(&text).map_err(|reason| LocateError { origin, reason })?;
    Ok(Located { path: cwd.join(path), origin })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<PathBuf, DatabaseUrlError> {
        DatabasePath::parse(OsStr::new(text))
    }

    /// Paths as SQLAlchemy 2.0.41's `make_url(…).database` gives them.
    #[test]
    fn urls_mean_what_sqlalchemy_makes_of_them() {
        for (text, path) in [
            ("sqlite:///app.db", "app.db"),
            ("sqlite:////abs/app.db", "/abs/app.db"),
            ("sqlite:///./app.db", "./app.db"),
            ("sqlite+pysqlite:///a%20b.db", "a%20b.db"),
            ("sqlite+aiosqlite:////srv/x.db", "/srv/x.db"),
            ("sqlite:///app.db?mode=ro", "app.db"),
            ("sqlite:///a?b?c", "a"),
            ("sqlite:///a#b.db", "a#b.db"),
            ("sqlite:///a@b:c.db", "a@b:c.db"),
            ("sqlite:///app.db ", "app.db "),
            ("sqlite:///file:app.db", "./file:app.db"),
        ] {
            assert_eq!(parse(text), Ok(PathBuf::from(path)), "{text}");
        }
    }

    #[test]
    fn plain_paths_stay_as_they_are_and_file_colon_is_a_name() {
        for path in ["app.db", "./a b.db", "/srv/a%20b.db?x", "x:y", "a b://c", "../é.db"] {
            assert_eq!(parse(path), Ok(PathBuf::from(path)));
        }
        assert_eq!(parse("file:app.db?mode=ro"), Ok(PathBuf::from("./file:app.db?mode=ro")));
        let invalid = OsStr::from_bytes(b"a\xff.db");
        assert_eq!(DatabasePath::parse(invalid), Ok(PathBuf::from(invalid)));
        let in_url = OsStr::from_bytes(b"sqlite:///a\xff.db");
        assert_eq!(DatabasePath::parse(in_url), Ok(PathBuf::from(invalid)));
    }

    #[test]
    fn what_is_no_file_is_refused() {
        for (text, error) in [
            ("", DatabaseUrlError::Empty),
            (":memory:", DatabaseUrlError::InMemory),
            ("sqlite://", DatabaseUrlError::InMemory),
            ("sqlite:///", DatabaseUrlError::InMemory),
            ("sqlite://?x=1", DatabaseUrlError::InMemory),
            ("sqlite:///:memory:?cache=shared", DatabaseUrlError::InMemory),
            ("sqlite://app.db", DatabaseUrlError::Malformed),
            ("sqlite://user:hush@/app.db", DatabaseUrlError::Malformed),
            ("sqlite:app.db", DatabaseUrlError::Malformed),
            ("sqlite:/app.db", DatabaseUrlError::Malformed),
            ("sqlite:///file:app.db?mode=ro&uri=true", DatabaseUrlError::FileUri),
            ("sqlite3:///app.db", DatabaseUrlError::OtherKind("sqlite3".to_owned())),
            ("SQLITE:///app.db", DatabaseUrlError::OtherKind("SQLITE".to_owned())),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn another_kind_is_named_and_its_password_is_not() {
        for text in ["postgresql://user:hush@host/db", "mysql+pymysql://user:hush@host/db"] {
            let error = parse(text).expect_err("refused");
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("hush") && !shown.contains("user"), "{shown}");
            assert!(shown.contains(&text[..5]), "{shown}");
        }
    }

    #[test]
    fn the_first_name_given_decides() {
        let cwd = Path::new("/srv/dir");
        let both = |name: &str| match name {
            "AUTHCTL_DATABASE" => Some(OsString::from("own.db")),
            "DATABASE_URL" => Some(OsString::from("sqlite:////srv/app.db")),
            _ => None,
        };
        let url = |name: &str| both(name).filter(|_| name == "DATABASE_URL");
        let none = |_: &str| None;
        let option = Some(OsStr::new("/o.db"));
        let at = |path: &str, origin| Ok(Located { path: PathBuf::from(path), origin });
        assert_eq!(locate(option, &both, Some("c.db"), cwd), at("/o.db", Origin::Option));
        assert_eq!(locate(None, &both, Some("c.db"), cwd), at("/srv/dir/own.db", Origin::AuthctlDatabase));
        assert_eq!(locate(None, &url, Some("c.db"), cwd), at("/srv/app.db", Origin::DatabaseUrl));
        assert_eq!(locate(None, &none, Some("sub/c.db"), cwd), at("/srv/dir/sub/c.db", Origin::Config));
        assert_eq!(locate(None, &none, None, cwd), at("/srv/dir/app.db", Origin::Default));
    }

    #[test]
    fn an_unusable_name_is_not_passed_over() {
        let env = |name: &str| (name == "DATABASE_URL").then(|| OsString::from("postgresql://u:hush@h/db"));
        let error = locate(None, &env, Some("c.db"), Path::new("/w")).expect_err("refused");
        assert_eq!(
            error.to_string(),
            "DATABASE_URL: a database of the kind 'postgresql' is not supported: only SQLite files are"
        );
        let empty = |name: &str| (name == "AUTHCTL_DATABASE").then(OsString::new);
        let error = locate(None, &empty, None, Path::new("/w")).expect_err("refused");
        assert_eq!(error.reason, DatabaseUrlError::Empty);
    }
}
