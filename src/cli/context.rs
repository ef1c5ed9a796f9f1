//! Wiring of one run: options, configuration, database, key and streams, put together once for all commands.
//!
//! What a newcomer would get wrong: making a [`Context`] opens no database. A command opens it when it needs it, to
//! read or to write, so that those that need none work without one.

mod file;
mod keys;
mod talk;

use std::time::Duration;

pub use keys::key_failure;

use super::args;
use super::args::Global;
use super::console::{Console, ErrorForm, Verbosity, Voice};
use super::failure::Failure;
use super::output::color::{Color, Environment, Stream, When, decide};
use super::output::{CsvText, Format, Style};
use super::session::Entry;
use super::settings::audit_key::{self, AuditKeyError};
use super::settings::config::{self, Config};
use super::world::World;
use crate::crypto::password::HashParams;
use crate::model::event::Actor;
use crate::model::role::RoleName;
use crate::model::secret::ChainKey;
use crate::model::time::{Clock, Timestamp, parse_duration};
use crate::ops::{Settings, error::Class};
use crate::policy::password::Limits;
use crate::policy::role::Roles;
use crate::store::{Act, Mode, ReadAccess, TriggerRule};

/// Longest `--reason`, in characters.
const MAX_REASON: usize = 1000;

/// One run.
pub struct Context<'w> {
    /// Everything outside.
    pub world: &'w mut World,
    /// The options of every command.
    pub global: &'w Global,
    /// How stderr is written.
    pub voice: Voice,
    /// How results are written.
    pub style: Style,
    /// The configured rules.
    pub settings: Settings,
    /// How the command was let in: as whom it acts.
    pub entry: Entry,
    /// `require_session` of the configuration.
    require_session: bool,
    /// `database` of the configuration.
    configured_database: Option<String>,
    /// The key of the event log's chain, where `audit_key_file` is configured. Commands that only read go on
    /// without it.
    chain_key: Option<Result<ChainKey, AuditKeyError>>,
    /// How long to wait for a lock.
    pub busy_timeout: Duration,
}

/// What a command asks for before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Rules, database or sessions: a configuration that cannot be read stops it.
    Configuration,
    /// Neither; a shell that sources it in any directory must not fail over a file there.
    Nothing,
}

/// Colour, verbosity and form of errors; known before anything can fail.
pub fn voice(global: &Global, world: &World) -> Voice {
    let verbosity = match (global.quiet, global.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, 0) => Verbosity::Usual,
        (false, _) => Verbosity::Verbose,
    };
    let errors = match format(global) {
        Format::Json | Format::Jsonl => ErrorForm::Json,
        Format::Table | Format::Csv => ErrorForm::Words,
    };
    Voice { verbosity, color: color(global, world, world.terminal.stderr), errors }
}

fn format(global: &Global) -> Format {
    match (global.json, global.output) {
        (true, _) | (false, Some(args::OutputFormat::Json)) => Format::Json,
        (false, Some(args::OutputFormat::Jsonl)) => Format::Jsonl,
        (false, Some(args::OutputFormat::Csv)) => Format::Csv,
        (false, Some(args::OutputFormat::Table) | None) => Format::Table,
    }
}

fn color(global: &Global, world: &World, stream: Stream) -> Color {
    let when = match global.color {
        Some(args::ColorWhen::Auto) | None => When::Auto,
        Some(args::ColorWhen::Always) => When::Always,
        Some(args::ColorWhen::Never) => When::Never,
    };
    let (no_color, clicolor_force, term) =
        ((world.env)("NO_COLOR"), (world.env)("CLICOLOR_FORCE"), (world.env)("TERM"));
    let environment =
        Environment { no_color: no_color.as_deref(), clicolor_force: clicolor_force.as_deref(), term: term.as_deref() };
    decide(when, &environment, stream)
}

impl<'w> Context<'w> {
    /// Reads the configuration, where the command needs it, and checks the options of every command.
    ///
    /// # Errors
    /// Usage.
    pub fn new(world: &'w mut World, global: &'w Global, voice: Voice, needs: Needs) -> anyhow::Result<Self> {
        if let Some(reason) = &global.reason
            && reason.chars().count() > MAX_REASON
        {
            return Err(Failure::usage(format!("--reason is longer than {MAX_REASON} characters")).into());
        }
        if global.json && global.output.is_some() {
            return Err(Failure::usage("--json and --output at once").hint("--json is short for --output json").into());
        }
        let busy_timeout = busy_timeout(global.busy_timeout.as_deref())?;
        let (config, path) = match needs {
            Needs::Nothing => Default::default(),
            Needs::Configuration => {
                config::load(global.config.as_deref(), &world.cwd, world.config_directory.as_deref())
                    .map_err(|error| with_hint(Class::Usage, error.to_string(), error.hint()))?
            }
        };
        let style = Style {
            format: format(global),
            width: world.terminal.width,
            color: color(global, world, world.terminal.stdout),
            csv: if global.csv_raw { CsvText::Exact } else { CsvText::Safe },
            columns: global.columns.clone(),
            lacking: Vec::new(),
        };
        let beside = path.as_deref().and_then(std::path::Path::parent);
        let key_file =
            config.audit_key_file.as_ref().map(|file| beside.map_or_else(|| file.clone(), |dir| dir.join(file)));
        let chain_key = key_file.map(|file| audit_key::read(&file));
        let (configured_database, require_session) = (config.database.clone(), config.require_session);
        let (settings, entry) = (settings(config)?, Entry::default());
        Ok(Self {
            settings,
            configured_database,
            require_session,
            chain_key,
            entry,
            world,
            global,
            voice,
            style,
            busy_timeout,
        })
    }

    /// stderr.
    pub fn console(&mut self) -> Console<'_> {
        Console::new(&mut *self.world.stderr, self.voice)
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// Whether opening may undo what a crash left.
    pub fn access(&self) -> ReadAccess {
        if self.global.dry_run { ReadAccess::NeverWrite } else { ReadAccess::MayRecover }
    }

    /// Whether the account of a session acts, with its own rights, and not the operating-system user.
    pub fn needs_session(&self) -> bool {
        self.global.as_session || self.require_session
    }

    /// Whether triggers may fire.
    pub fn trigger_rule(&self) -> TriggerRule {
        trigger_rule(self.global)
    }

    /// Who acts, when and how.
    pub fn act(&self) -> Act<'_> {
        let key = chain_key(&self.chain_key);
        Act { acting: self.entry.acting(), ..act(&*self.world.clock, &self.world.actor, self.global, key) }
    }

    /// The same beside stderr, for a verb that speaks while it works.
    pub fn act_and_console(&mut self) -> (Act<'_>, Console<'_>) {
        let World { clock, actor, stderr, .. } = &mut *self.world;
        let key = chain_key(&self.chain_key);
        let act = Act { acting: self.entry.acting(), ..act(&**clock, actor, self.global, key) };
        (act, Console::new(&mut **stderr, self.voice))
    }

    /// The key of the event log's chain; `None` where none is configured.
    ///
    /// Whatever writes asks for it first: without the configured key nothing may be written.
    ///
    /// # Errors
    /// One is configured and cannot be read.
    pub fn chain_key(&self) -> Result<Option<&ChainKey>, Failure> {
        match &self.chain_key {
            None => Ok(None),
            Some(Ok(key)) => Ok(Some(key)),
            Some(Err(error)) => Err(audit_key_failure(error)),
        }
    }

    /// Why the configured key of the event log cannot be had; `None` where it can, or none is configured.
    pub fn audit_key_error(&self) -> Option<&AuditKeyError> {
        self.chain_key.as_ref().and_then(|key| key.as_ref().err())
    }

    /// `would ` in a dry run.
    pub fn would(&self, did: &str, would: &str) -> String {
        if self.global.dry_run { format!("would {would}") } else { did.to_owned() }
    }
}

fn act<'a>(
    clock: &'a dyn Clock,
    actor: &dyn Fn() -> Actor,
    global: &'a Global,
    chain_key: Option<&'a ChainKey>,
) -> Act<'a> {
    let mode = if global.dry_run { Mode::DryRun } else { Mode::Commit };
    let (reason, triggers) = (global.reason.as_deref(), trigger_rule(global));
    Act { clock, actor: actor(), acting: None, chain_key, reason, mode, triggers }
}

fn trigger_rule(global: &Global) -> TriggerRule {
    if global.no_triggers { TriggerRule::Refuse } else { TriggerRule::Fire }
}

/// How long the app waits for a lock, too (`app-facts`, Login and lockout).
const USUAL_BUSY_TIMEOUT: Duration = Duration::from_secs(5);

fn busy_timeout(text: Option<&str>) -> Result<Duration, Failure> {
    let Some(text) = text else { return Ok(USUAL_BUSY_TIMEOUT) };
    if text == "0" || text == "0s" {
        return Ok(Duration::ZERO);
    }
    let span = parse_duration(text).map_err(|error| Failure::usage(format!("--busy-timeout: {error}")))?;
    let most = Duration::from_millis(i32::MAX.unsigned_abs().into());
    Ok(Duration::from_micros(span.micros().unsigned_abs()).min(most))
}

/// The configuration as the verbs need it.
pub fn settings(config: Config) -> Result<Settings, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::usage(format!("the configuration: {error}"));
    let roles = config.roles.map(|names| Roles::new(names.into_iter().filter_map(RoleName::new)));
    let limits = Limits::new(config.password.min_length as usize, config.password.max_length as usize);
    Ok(Settings {
        roles: match roles {
            None => None,
            Some(Some(roles)) => Some(roles),
            Some(None) => return Err(wrong(&"roles is empty")),
        },
        password: limits.map_err(|error| wrong(&error))?,
        lockout_attempts: config.lockout.attempts.into(),
        lockout_duration: config.lockout.duration,
        time_format: config.lockout.time_format,
        access_ttl: config.tokens.access_ttl,
        refresh_ttl: config.tokens.refresh_ttl,
        hash: HashParams {
            memory_kib: config.hash.memory_kib,
            time_cost: config.hash.time_cost,
            parallelism: config.hash.parallelism,
        },
    })
}

/// The key, where it could be read; a verb that writes has asked [`Context::chain_key`] before.
fn chain_key(read: &Option<Result<ChainKey, AuditKeyError>>) -> Option<&ChainKey> {
    read.as_ref().and_then(|key| key.as_ref().ok())
}

fn audit_key_failure(error: &AuditKeyError) -> Failure {
    let class = match error {
        AuditKeyError::Missing(_) => Class::KeyMissing,
        AuditKeyError::Empty(_) => Class::KeyEmpty,
        AuditKeyError::Short { .. } | AuditKeyError::Open { .. } | AuditKeyError::Unreadable { .. } => {
            Class::KeyUnusable
        }
    };
    with_hint(class, error.to_string(), Some(error.hint()))
}

fn with_hint(class: Class, message: String, hint: Option<&str>) -> Failure {
    let failure = Failure::new(class, message);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
