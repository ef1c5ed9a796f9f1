//! Wiring of one run: options, configuration, database, key and streams, put together once for all commands.

use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use super::args;
use super::args::{Global, KeyArgs};
use super::console::{Console, ErrorForm, Verbosity, Voice};
use super::failure::{Failure, Refused};
use super::output::color::{Color, Environment, Stream, When, decide};
use super::output::{CsvText, Format, OutputError, Style};
use super::settings::config::{self, Config};
use super::settings::database::{Located, Origin, locate};
use super::settings::key::{self, KeyError, KeySource, ResolvedKey};
use super::world::World;
use crate::crypto::password::HashParams;
use crate::model::event::Actor;
use crate::model::role::RoleName;
use crate::model::text;
use crate::model::time::{Clock, Timestamp, parse_duration};
use crate::ops::{Settings, error::Class};
use crate::policy::password::Limits;
use crate::policy::role::Roles;
use crate::policy::token::DefaultKey;
use crate::store::{Act, Mode, OpenNote, Opened, ReadAccess, Reader, Schema, Store, TriggerEffect};

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
    /// `database` of the configuration.
    configured_database: Option<String>,
    /// `require_session` of the configuration.
    require_session: bool,
    /// How long to wait for a lock.
    pub busy_timeout: Duration,
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
    /// Reads the configuration and checks the options of every command.
    ///
    /// # Errors
    /// Usage.
    pub fn new(world: &'w mut World, global: &'w Global, voice: Voice) -> anyhow::Result<Self> {
        if let Some(reason) = &global.reason
            && reason.chars().count() > MAX_REASON
        {
            return Err(Failure::usage(format!("--reason is longer than {MAX_REASON} characters")).into());
        }
        if global.json && global.output.is_some() {
            return Err(Failure::usage("--json and --output at once").hint("--json is short for --output json").into());
        }
        let busy_timeout = busy_timeout(global.busy_timeout.as_deref())?;
        let (config, _path) = config::load(global.config.as_deref(), &world.cwd, world.config_directory.as_deref())
            .map_err(|error| with_hint(Class::Usage, error.to_string(), error.hint()))?;
        let style = Style {
            format: format(global),
            width: world.terminal.width,
            color: color(global, world, world.terminal.stdout),
            csv: if global.csv_raw { CsvText::Exact } else { CsvText::Safe },
            columns: global.columns.clone(),
            lacking: Vec::new(),
        };
        let configured_database = config.database.clone();
        let require_session = config.require_session;
        Ok(Self {
            settings: settings(config)?,
            configured_database,
            require_session,
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

    /// Who acts, when and how.
    pub fn act(&self) -> Act<'_> {
        act(&*self.world.clock, &self.world.actor, self.global)
    }

    /// The same beside stderr, for a verb that speaks while it works.
    pub fn act_and_console(&mut self) -> (Act<'_>, Console<'_>) {
        let World { clock, actor, stderr, .. } = &mut *self.world;
        (act(&**clock, actor, self.global), Console::new(&mut **stderr, self.voice))
    }

    /// Which file, and who named it.
    ///
    /// # Errors
    /// Usage: a URL of another kind.
    pub fn locate(&self) -> anyhow::Result<Located> {
        let option = self.global.database.as_deref();
        locate(option, &self.world.env, self.configured_database.as_deref(), &self.world.cwd)
            .map_err(|error| Failure::usage(error.to_string()).hint("give a path, or sqlite:///app.db").into())
    }

    /// Whether an account of the file acts, with its own rights, and not the operating-system user.
    pub fn acts_for_session(&self) -> bool {
        self.global.as_session || self.require_session
    }

    /// Opens the file for reading.
    ///
    /// # Errors
    /// The file's.
    pub fn reader(&mut self) -> anyhow::Result<Reader> {
        let located = self.locate()?;
        self.reader_of(located)
    }

    /// Opens the file for reading where one is named or `./app.db` is there.
    ///
    /// # Errors
    /// The file's, where it was named.
    pub fn reader_if_any(&mut self) -> anyhow::Result<Option<Reader>> {
        let located = self.locate()?;
        if located.origin == Origin::Default && !located.path.exists() {
            return Ok(None);
        }
        self.reader_of(located).map(Some)
    }

    fn reader_of(&mut self, located: Located) -> anyhow::Result<Reader> {
        let Opened { store, notes } =
            Reader::open(&located.path, self.busy_timeout, self.access()).map_err(Refused::from)?;
        self.say_notes(&notes, &located.path);
        self.fit_columns(store.schema());
        Ok(store)
    }

    /// Opens the file for writing.
    ///
    /// # Errors
    /// The file's; `Pending` and `Drift` among them; triggers with `--no-triggers`.
    pub fn store(&mut self) -> anyhow::Result<Store> {
        let located = self.locate()?;
        let Opened { store, notes } =
            Store::open(&located.path, self.busy_timeout, self.access()).map_err(Refused::from)?;
        if self.global.no_triggers && !store.schema().triggers().is_empty() {
            let names = store.schema().triggers().to_vec();
            return Err(Refused::from(crate::store::StoreError::Triggers { names }).into());
        }
        self.say_notes(&notes, &located.path);
        self.fit_columns(store.schema());
        Ok(store)
    }

    /// A file without customers has no column for them.
    fn fit_columns(&mut self, schema: &Schema) {
        if !schema.has("customer_id") {
            self.style.lacking = vec!["customer_id"];
        }
    }

    /// Says what the operator should know about the file.
    pub fn say_notes(&mut self, notes: &[OpenNote], path: &std::path::Path) {
        let path = text::path(path);
        for note in notes {
            match note {
                OpenNote::OtherOwner(owner) => {
                    self.console().warn(&format!("'{path}' belongs to {owner}, not to you"));
                }
                OpenNote::Immutable => self.console().warn(&format!(
                    "'{path}' is in WAL mode and not in use: read without locks, since no side file can be left beside it"
                )),
                OpenNote::Recovered => self
                    .console()
                    .warn(&format!("'{path}' held an unfinished transaction of a crashed process: undone")),
            }
        }
    }

    /// Says what the file lacks, after a read command.
    pub fn say_pending(&mut self, schema: &Schema) {
        let missing = schema.missing();
        if !missing.is_empty() {
            let text =
                format!("this database is not migrated: {} missing; authctl migrate adds them", missing.join(", "));
            self.console().hint(&text);
        }
    }

    /// Says what triggers did besides.
    pub fn say_triggers(&mut self, triggers: Option<&TriggerEffect>) {
        if let Some(effect) = triggers {
            let text = format!(
                "triggers on the table 'users' ({}) changed {} more row{}",
                effect.names.join(", "),
                effect.rows,
                if effect.rows == 1 { "" } else { "s" }
            );
            self.console().warn(&text);
        }
    }

    /// The signing key.
    ///
    /// # Errors
    /// Missing, empty, the app's built-in one, or not usable.
    pub fn key(&mut self, wanted: &KeyArgs) -> anyhow::Result<ResolvedKey> {
        let resolved = self.try_key(wanted).map_err(|error| key_failure(&error))?;
        let warnings = resolved.warnings.iter().map(ToString::to_string).collect::<Vec<_>>();
        for warning in warnings {
            self.console().warn(&warning);
        }
        Ok(resolved)
    }

    /// The signing key, without a word about it.
    ///
    /// # Errors
    /// As [`Context::key`].
    pub fn try_key(&self, wanted: &KeyArgs) -> Result<ResolvedKey, KeyError> {
        let default = if wanted.insecure_default_key { DefaultKey::Allowed } else { DefaultKey::Refused };
        let source = KeySource { secret_file: wanted.secret_file.clone(), default };
        let database = self.locate().ok().map(|located| located.path);
        key::resolve(&source, &self.world.env, database.as_deref(), &self.world.cwd)
    }

    /// Whether the person at the terminal can be asked.
    pub fn can_ask(&self) -> bool {
        !self.global.no_input
            && self.world.terminal.stdin == Stream::Terminal
            && self.world.terminal.stderr == Stream::Terminal
    }

    /// A confirmation; `--yes` answers it, a dry run needs none.
    ///
    /// # Errors
    /// Would prompt; interrupted; the answer no.
    pub fn confirm(&mut self, question: &str) -> anyhow::Result<()> {
        if self.global.yes || self.global.dry_run {
            return Ok(());
        }
        if !self.can_ask() {
            return Err(Failure::new(Class::WouldPrompt, format!("this needs a confirmation: {question}"))
                .hint("give --yes")
                .into());
        }
        if self.world.prompter.confirm(question).map_err(Failure::from)? {
            return Ok(());
        }
        Err(Failure::new(Class::Interrupted, "not confirmed; nothing was changed").into())
    }

    /// Whole standard input, up to a bound.
    ///
    /// # Errors
    /// The stream's; more than `most` bytes.
    pub fn read_stdin(&mut self, most: u64) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        (&mut *self.world.stdin)
            .take(most + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::new(Class::Unexpected, format!("cannot read standard input: {error}")))?;
        if bytes.len() as u64 > most {
            return Err(Failure::usage(format!("standard input is longer than {most} bytes")).into());
        }
        Ok(bytes)
    }

    /// One line on stdout.
    ///
    /// # Errors
    /// Output failed.
    pub fn print(&mut self, line: &str) -> anyhow::Result<()> {
        Ok(self.try_print(line).map_err(Failure::from)?)
    }

    /// The same, for those who have more to say of a failure.
    ///
    /// # Errors
    /// Output failed.
    pub fn try_print(&mut self, line: &str) -> Result<(), OutputError> {
        let out = &mut *self.world.stdout;
        writeln!(out, "{line}").and_then(|()| out.flush()).map_err(OutputError::from)
    }

    /// The path of the database, absolute or as named.
    ///
    /// # Errors
    /// Usage.
    pub fn database_path(&self) -> anyhow::Result<PathBuf> {
        Ok(self.locate()?.path)
    }

    /// `would ` in a dry run.
    pub fn would(&self, did: &str, would: &str) -> String {
        if self.global.dry_run { format!("would {would}") } else { did.to_owned() }
    }
}

fn act<'a>(clock: &'a dyn Clock, actor: &dyn Fn() -> Actor, global: &'a Global) -> Act<'a> {
    let mode = if global.dry_run { Mode::DryRun } else { Mode::Commit };
    Act { clock, actor: actor(), acting: None, chain_key: None, reason: global.reason.as_deref(), mode }
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

fn key_class(error: &KeyError) -> Class {
    match error {
        KeyError::Missing => Class::KeyMissing,
        KeyError::Empty { .. } => Class::KeyEmpty,
        KeyError::Default { .. } => Class::KeyDefault,
        KeyError::Unusable { .. } | KeyError::Unreadable { .. } | KeyError::Expansion { .. } => Class::KeyUnusable,
    }
}

/// A key that is missing or refused, with the way out.
pub fn key_failure(error: &KeyError) -> Failure {
    with_hint(key_class(error), error.to_string(), Some(error.hint()))
}

fn with_hint(class: Class, message: String, hint: Option<&str>) -> Failure {
    let failure = Failure::new(class, message);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
