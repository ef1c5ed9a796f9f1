//! `config show`: what holds, and who said so.
//!
//! What a newcomer would get wrong: this is what somebody looks at when something is wrong, so a database or a key
//! that cannot be used is a row, not an error; and neither a key nor the password in a URL is ever shown.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::args::{ConfigArgs, ConfigCommand, KeyArgs};
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::Failure;
use crate::cli::output::emit_all;
use crate::cli::settings::config::{self, Config};
use crate::cli::settings::database::{Origin, locate};
use crate::cli::settings::key::{KeyError, ResolvedKey};
use crate::cli::view::SettingView;
use crate::model::text;
use crate::model::time::{Span, TimeFormat};

const NO_KEY_OPTIONS: KeyArgs = KeyArgs { secret_file: None, insecure_default_key: false };

/// Runs one of them.
pub fn run(context: &mut Context<'_>, args: &ConfigArgs) -> anyhow::Result<u8> {
    match &args.command {
        ConfigCommand::Show(_) => show(context),
    }
}

fn show(context: &mut Context<'_>) -> anyhow::Result<u8> {
    let rows = rows(context)?;
    emit_all(&mut *context.world.stdout, &context.style, rows).map_err(Failure::from)?;
    Ok(DONE)
}

fn rows(context: &Context<'_>) -> anyhow::Result<Vec<SettingView>> {
    let world = &*context.world;
    let unreadable = |error: config::ConfigError| Failure::usage(error.to_string());
    let (config, path) = config::load(context.global.config.as_deref(), &world.cwd, world.config_directory.as_deref())
        .map_err(unreadable)?;
    let given = match &path {
        Some(path) => config::given(path).map_err(unreadable)?,
        None => Vec::new(),
    };
    let file = File { path: path.as_deref(), given };
    let mut rows = vec![config_file(context, &file), database(context, &config, &file), signing_key(context)];
    rows.extend(run_settings(context, &config, &file));
    rows.extend(rules(&config, &file));
    Ok(rows)
}

/// The configuration file, and what it says.
struct File<'a> {
    path: Option<&'a Path>,
    given: Vec<String>,
}

impl File<'_> {
    fn origin(&self) -> String {
        self.path.map_or_else(|| "default".to_owned(), |path| format!("file {}", text::path(path)))
    }

    fn row(&self, key: &'static str, value: Value) -> SettingView {
        let given = self.given.iter().any(|name| name == key);
        let origin = if given { self.origin() } else { "default".to_owned() };
        SettingView { key, value, origin, problem: None }
    }
}

fn config_file(context: &Context<'_>, file: &File<'_>) -> SettingView {
    let origin = match (&context.global.config, file.path) {
        (Some(_), _) => "option --config",
        (None, Some(_)) => "found",
        (None, None) => "none found",
    };
    let value = file.path.map_or(Value::Null, |path| text::exact(path).into());
    SettingView { key: "config_file", value, origin: origin.to_owned(), problem: None }
}

fn database(context: &Context<'_>, config: &Config, file: &File<'_>) -> SettingView {
    let (option, world) = (context.global.database.as_deref(), &*context.world);
    let located = locate(option, &world.env, config.database.as_deref(), &world.cwd);
    let (origin, value, problem) = match located {
        Ok(located) => {
            let problem = (!located.path.exists()).then(|| "there is no such file".to_owned());
            (located.origin, text::exact(&located.path).into(), problem)
        }
        Err(error) => (error.origin, Value::Null, Some(error.reason.to_string())),
    };
    let origin = match origin {
        Origin::Option => "option --database".to_owned(),
        Origin::AuthctlDatabase | Origin::DatabaseUrl => format!("environment {}", origin.name()),
        Origin::Config => file.origin(),
        Origin::Default => "default".to_owned(),
    };
    SettingView { key: "database", value, origin, problem }
}

/// Where the key would come from; never the key.
fn signing_key(context: &Context<'_>) -> SettingView {
    let set: Value = "set (not shown)".into();
    let (value, origin, problem) = match context.try_key(&NO_KEY_OPTIONS) {
        Ok(ResolvedKey { origin, warnings, .. }) => {
            (set, origin.to_string(), warnings.first().map(ToString::to_string))
        }
        Err(error) => {
            let origin = match &error {
                KeyError::Missing => "none found".to_owned(),
                KeyError::Empty { origin } | KeyError::Default { origin } | KeyError::Unusable { origin, .. } => {
                    origin.to_string()
                }
                KeyError::Unreadable { path, .. } | KeyError::Expansion { path, .. } => {
                    format!("file {}", text::path(path))
                }
            };
            (Value::Null, origin, Some(error.to_string()))
        }
    };
    SettingView { key: "signing_key", value, origin, problem }
}

/// What options can say as well.
fn run_settings(context: &Context<'_>, config: &Config, file: &File<'_>) -> [SettingView; 3] {
    let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    let asked = context.global.as_session;
    let option = |key, value, name: &str| SettingView { key, value, origin: format!("option {name}"), problem: None };
    let busy = duration(Span::from_seconds(seconds(context.busy_timeout)));
    let audit_key = config.audit_key_file.as_ref().map(|key| {
        // A relative path counts from the configuration file.
        file.path.and_then(Path::parent).map_or_else(|| key.clone(), |directory| directory.join(key))
    });
    [
        match context.global.busy_timeout {
            Some(_) => option("busy_timeout", busy, "--busy-timeout"),
            None => file.row("busy_timeout", busy),
        },
        match asked {
            true => option("require_session", true.into(), "--as-session"),
            false => file.row("require_session", config.require_session.into()),
        },
        SettingView {
            problem: context.audit_key_error().map(ToString::to_string),
            ..file.row("audit_key_file", audit_key.map_or(Value::Null, |path| text::exact(&path).into()))
        },
    ]
}

fn rules(config: &Config, file: &File<'_>) -> [SettingView; 11] {
    let time_format = match config.lockout.time_format {
        TimeFormat::Offset => "offset",
        TimeFormat::Naive => "naive",
    };
    [
        file.row("roles", json!(config.roles)),
        file.row("password.min_length", config.password.min_length.into()),
        file.row("password.max_length", config.password.max_length.into()),
        file.row("lockout.attempts", config.lockout.attempts.into()),
        file.row("lockout.duration", duration(config.lockout.duration)),
        file.row("lockout.time_format", time_format.into()),
        file.row("tokens.access_ttl", duration(config.tokens.access_ttl)),
        file.row("tokens.refresh_ttl", duration(config.tokens.refresh_ttl)),
        file.row("hash.memory_kib", config.hash.memory_kib.into()),
        file.row("hash.time_cost", config.hash.time_cost.into()),
        file.row("hash.parallelism", config.hash.parallelism.into()),
    ]
}

/// A duration as the configuration takes it: `30m`, `7d`.
fn duration(span: Span) -> Value {
    const UNITS: [(i64, &str); 3] = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let seconds = span.seconds();
    let unit = UNITS.into_iter().find(|(length, _)| seconds > 0 && seconds % length == 0);
    let (length, unit) = unit.unwrap_or((1, "s"));
    format!("{}{unit}", seconds / length).into()
}
