//! What is recorded of each change and each refused login, and the bytes that the hash chain covers.
//!
//! What a newcomer would get wrong: rows written today must be verifiable by every later version, so the
//! canonical bytes are fixed in `docs/events.md`; adding a column means a new canonical form with a new label.

use serde::Serialize;

use super::time::Timestamp;
use super::user::StoredUser;

/// The closed list of events (`docs/events.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventName {
    /// `init` made the file.
    DatabaseCreated,
    /// `migrate` changed the schema.
    SchemaMigrated,
    /// An account was added.
    UserCreated,
    /// A new password was set.
    PasswordChanged,
    /// An outdated hash was replaced at login.
    PasswordRehashed,
    /// `is_active` was set.
    UserActivated,
    /// `is_active` was cleared.
    UserDeactivated,
    /// `is_verified` was set.
    UserVerified,
    /// `is_verified` was cleared.
    UserUnverified,
    /// A login succeeded.
    LoginSucceeded,
    /// A login failed: unknown name, or wrong password (which may set the lock).
    LoginFailed,
    /// A login was refused before the password was looked at: locked, inactive, customer.
    LoginRefused,
    /// A lock was set by hand.
    AccountLocked,
    /// A lock was cleared.
    AccountUnlocked,
    /// A lock was rewritten as the same instant in the form that the app can read.
    LockRewritten,
    /// The role was changed.
    RoleChanged,
    /// A token was made without a login.
    TokenIssued,
    /// A change was refused because it would leave no usable admin.
    LastAdminRefused,
    /// Username, e-mail, full name or customer was changed.
    UserEdited,
    /// An account was deleted.
    UserDeleted,
    /// The account of a session may not do what it tried.
    SessionRefused,
    /// Old events were removed; this one is the chain's anchor.
    EventsPruned,
    /// The file was put in the place of another.
    DatabaseRestored,
}

impl EventName {
    /// All names, in the order of `docs/events.md`.
    pub const ALL: [Self; 23] = [
        Self::DatabaseCreated,
        Self::SchemaMigrated,
        Self::UserCreated,
        Self::PasswordChanged,
        Self::PasswordRehashed,
        Self::UserActivated,
        Self::UserDeactivated,
        Self::UserVerified,
        Self::UserUnverified,
        Self::LoginSucceeded,
        Self::LoginFailed,
        Self::LoginRefused,
        Self::AccountLocked,
        Self::AccountUnlocked,
        Self::LockRewritten,
        Self::RoleChanged,
        Self::TokenIssued,
        Self::LastAdminRefused,
        Self::UserEdited,
        Self::UserDeleted,
        Self::SessionRefused,
        Self::EventsPruned,
        Self::DatabaseRestored,
    ];

    /// The name as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DatabaseCreated => "database_created",
            Self::SchemaMigrated => "schema_migrated",
            Self::UserCreated => "user_created",
            Self::PasswordChanged => "password_changed",
            Self::PasswordRehashed => "password_rehashed",
            Self::UserActivated => "user_activated",
            Self::UserDeactivated => "user_deactivated",
            Self::UserVerified => "user_verified",
            Self::UserUnverified => "user_unverified",
            Self::LoginSucceeded => "login_succeeded",
            Self::LoginFailed => "login_failed",
            Self::LoginRefused => "login_refused",
            Self::AccountLocked => "account_locked",
            Self::AccountUnlocked => "account_unlocked",
            Self::LockRewritten => "lock_rewritten",
            Self::RoleChanged => "role_changed",
            Self::TokenIssued => "token_issued",
            Self::LastAdminRefused => "last_admin_refused",
            Self::UserEdited => "user_edited",
            Self::UserDeleted => "user_deleted",
            Self::SessionRefused => "session_refused",
            Self::EventsPruned => "events_pruned",
            Self::DatabaseRestored => "database_restored",
        }
    }

    /// `done` or `refused`, as stored.
    pub fn outcome(self) -> &'static str {
        match self {
            Self::LoginFailed | Self::LoginRefused | Self::LastAdminRefused | Self::SessionRefused => "refused",
            Self::DatabaseCreated
            | Self::SchemaMigrated
            | Self::UserCreated
            | Self::PasswordChanged
            | Self::PasswordRehashed
            | Self::UserActivated
            | Self::UserDeactivated
            | Self::UserVerified
            | Self::UserUnverified
            | Self::LoginSucceeded
            | Self::AccountLocked
            | Self::AccountUnlocked
            | Self::LockRewritten
            | Self::RoleChanged
            | Self::TokenIssued
            | Self::UserEdited
            | Self::UserDeleted
            | Self::EventsPruned
            | Self::DatabaseRestored => "done",
        }
    }
}

/// One non-secret value in the before, after and details of an event; in JSON the bare value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum EventValue {
    /// NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
}

impl From<&str> for EventValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Option<&str>> for EventValue {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Null, Self::from)
    }
}

impl From<i64> for EventValue {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

/// Named values, in the order in which they were put.
pub type EventFields = Vec<(&'static str, EventValue)>;

/// What a verb says of its change; the store adds id, time, actor and hashes.
#[derive(Clone, Debug)]
pub struct EventDraft {
    /// What happened.
    pub event: EventName,
    /// Row id of the account; `None` for an unknown login name and for events of the file.
    pub target_id: Option<i64>,
    /// Its username at that time: ids are used again.
    pub target_username: Option<String>,
    /// Non-secret fields before the change.
    pub before: EventFields,
    /// The same fields after it.
    pub after: EventFields,
    /// Whatever else belongs to the event: a token's id, the rows that triggers changed.
    pub details: EventFields,
}

impl EventDraft {
    /// An event that names no account.
    pub fn new(event: EventName) -> Self {
        Self {
            event,
            target_id: None,
            target_username: None,
            before: Vec::new(),
            after: Vec::new(),
            details: Vec::new(),
        }
    }

    /// Adds one changed field; one that stays as it was is left out.
    #[must_use]
    pub fn change(mut self, field: &'static str, before: impl Into<EventValue>, after: impl Into<EventValue>) -> Self {
        let (before, after) = (before.into(), after.into());
        if before != after {
            self.before.push((field, before));
            self.after.push((field, after));
        }
        self
    }

    /// Adds one detail.
    #[must_use]
    pub fn detail(mut self, name: &'static str, value: impl Into<EventValue>) -> Self {
        self.details.push((name, value.into()));
        self
    }
}

/// Who acts: what the operating system says, and what is only claimed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// Effective user id.
    pub uid: Option<i64>,
    /// Its name in the user database.
    pub name: Option<String>,
    /// The login user id that the kernel keeps through `su` and `sudo`, where it does.
    pub login_uid: Option<i64>,
    /// `SUDO_USER`: claimed, the environment can be set by anybody.
    pub sudo_user: Option<String>,
    /// The terminal of standard input, where there is one.
    pub terminal: Option<String>,
    /// Host name.
    pub host: Option<String>,
}

/// The account of a session that acts, as it was when it was judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Acting {
    /// Its row.
    pub row: StoredUser,
    /// When its token expires.
    pub until: Timestamp,
}

impl Acting {
    /// What each event of the session says of it (`docs/events.md`).
    pub fn details(row: &StoredUser) -> [(&'static str, EventValue); 2] {
        let username = row.username.value().map(String::as_str);
        [("session_user_id", row.id.0.into()), ("session_username", username.into())]
    }

    /// Whether everything that the judgement rested on is still so.
    #[must_use]
    pub fn still_holds(&self, row: &StoredUser, now: Timestamp) -> bool {
        let was = &self.row;
        now < self.until
            && row.id == was.id
            && row.username == was.username
            && row.email == was.email
            && row.role == was.role
            && row.is_active == was.is_active
            && row.locked_until == was.locked_until
            && row.customer_id == was.customer_id
    }
}

/// One row of `security_events`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// Row id; never used again (AUTOINCREMENT).
    pub id: i64,
    /// RFC 3339, UTC, milliseconds.
    pub at: String,
    /// Name, see [`EventName`].
    pub event: String,
    /// `done` or `refused`.
    pub outcome: String,
    /// Row id of the account.
    pub target_id: Option<i64>,
    /// Its username at that time.
    pub target_username: Option<String>,
    /// JSON object of the fields before, or NULL.
    pub before: Option<String>,
    /// JSON object of the fields after, or NULL.
    pub after: Option<String>,
    /// JSON object of details, or NULL.
    pub details: Option<String>,
    /// `--reason`.
    pub reason: Option<String>,
    /// Who acted.
    pub actor: Actor,
    /// Version of the tool.
    pub version: String,
    /// `hash` of the row before; 64 zeros for the first.
    pub prev_hash: String,
}

/// `prev_hash` of the first row.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// First line of the canonical bytes; a new form gets a new label.
const LABEL: &[u8] = b"authctl-event-v1\n";

impl EventRow {
    /// The bytes that the row's hash covers: the label, then each column as `name=` and `n` for NULL,
    /// `i` and the decimal number, or `t`, the length in bytes, `:` and the bytes; each ends with a line feed
    /// (`docs/events.md`).
    pub fn canonical(&self) -> Vec<u8> {
        // Most rows have between 400 and 500 bytes.
        let mut bytes = Vec::with_capacity(512);
        bytes.extend_from_slice(LABEL);
        put_integer(&mut bytes, "id", Some(self.id));
        put_text(&mut bytes, "at", Some(&self.at));
        put_text(&mut bytes, "event", Some(&self.event));
        put_text(&mut bytes, "outcome", Some(&self.outcome));
        put_integer(&mut bytes, "target_id", self.target_id);
        put_text(&mut bytes, "target_username", self.target_username.as_deref());
        put_text(&mut bytes, "before", self.before.as_deref());
        put_text(&mut bytes, "after", self.after.as_deref());
        put_text(&mut bytes, "details", self.details.as_deref());
        put_text(&mut bytes, "reason", self.reason.as_deref());
        put_integer(&mut bytes, "actor_uid", self.actor.uid);
        put_text(&mut bytes, "actor_name", self.actor.name.as_deref());
        put_integer(&mut bytes, "actor_login_uid", self.actor.login_uid);
        put_text(&mut bytes, "actor_sudo_user", self.actor.sudo_user.as_deref());
        put_text(&mut bytes, "actor_terminal", self.actor.terminal.as_deref());
        put_text(&mut bytes, "actor_host", self.actor.host.as_deref());
        put_text(&mut bytes, "version", Some(&self.version));
        put_text(&mut bytes, "prev_hash", Some(&self.prev_hash));
        bytes
    }
}

fn put_integer(bytes: &mut Vec<u8>, name: &str, value: Option<i64>) {
    bytes.extend_from_slice(name.as_bytes());
    match value {
        Some(number) => {
            bytes.extend_from_slice(b"=i");
            bytes.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
            bytes.push(b'\n');
        }
        None => bytes.extend_from_slice(b"=n\n"),
    }
}

fn put_text(bytes: &mut Vec<u8>, name: &str, value: Option<&str>) {
    bytes.extend_from_slice(name.as_bytes());
    match value {
        Some(text) => {
            bytes.extend_from_slice(b"=t");
            bytes.extend_from_slice(itoa::Buffer::new().format(text.len()).as_bytes());
            bytes.push(b':');
            bytes.extend_from_slice(text.as_bytes());
            bytes.push(b'\n');
        }
        None => bytes.extend_from_slice(b"=n\n"),
    }
}

/// The time of an event as stored.
pub fn event_time(now: Timestamp) -> String {
    now.to_rfc3339_millis()
}
