//! The few writes to `users`. Each checks that it met exactly one row, and the ones that matter read it back.
//!
//! What a newcomer would get wrong: a table of a later app has no defaults, so an INSERT gives every column
//! (`app-facts`, stage 3).

use rusqlite::{OptionalExtension, ToSql, named_params, params_from_iter};

use crate::model::time::Timestamp;
use crate::model::user::{Field, Flag, History, NewUser, StoredPassword, StoredUser, UserId};
use crate::store::sqlite::{StoreError, Tx};

/// A failed login, ready to be counted.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// Whether an expired lock is left behind: the count starts again at 1.
    pub count: FailureCount,
    /// The count at which the account is locked.
    pub threshold: i64,
    /// What `locked_until` becomes then.
    pub lock: &'a str,
}

/// Where the count of failures goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureCount {
    /// One more.
    GoOn,
    /// A lock has run out: start at 1.
    Restart,
}

/// The counter after a failed login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailureOutcome {
    /// Its new value.
    pub attempts: i64,
}

/// The columns that every file has, and those that this one has besides.
macro_rules! insert {
    ($names:literal, $places:literal) => {
        concat!(
            "INSERT INTO users
               (username, email, full_name, role, is_active, is_verified, password_hash, salt,
                failed_login_attempts, locked_until, last_login",
            $names,
            ")
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?",
            $places,
            ")"
        )
    };
}

impl Tx<'_> {
    /// Adds an account with every column of the table, and reads it back.
    ///
    /// # Errors
    /// `Conflict` for a taken name or e-mail, `Check`, and whatever else keeps the row out.
    pub fn insert_user(&self, user: &NewUser, now: Timestamp) -> Result<StoredUser, StoreError> {
        let rows = self.fire(|| self.run_insert(user, now))?;
        self.count(rows);
        if rows != 1 {
            return Err(self.wrong_count("the new account", rows));
        }
        let id = UserId(self.tx.last_insert_rowid());
        let is_kept = |field: &Field<String>, text: &String| matches!(field, Field::Value(kept) if kept == text);
        match self.view().surveyed(id)? {
            Some(kept) if is_kept(&kept.hash, &user.password_hash) && is_kept(&kept.salt, &user.salt) => Ok(kept.user),
            Some(_) | None => Err(self.not_kept("the new account")),
        }
    }

    /// Values by place, not by name: SQLite looks a name up among all of them, for each of 100,000 rows.
    fn run_insert(&self, user: &NewUser, now: Timestamp) -> rusqlite::Result<usize> {
        let begun = begun(now);
        let history = user.history.as_ref().unwrap_or(&begun);
        let mut values: Vec<&dyn ToSql> = vec![
            &user.username,
            &user.email,
            &user.full_name,
            &user.role,
            if user.is_active.is_on() { &true } else { &false },
            if user.is_verified.is_on() { &true } else { &false },
            &user.password_hash,
            &user.salt,
            &history.failed_login_attempts,
            &history.locked_until,
            &history.last_login,
        ];
        let sql = match (self.schema.has("created_at"), self.schema.has("customer_id")) {
            (false, false) => insert!("", ""),
            (true, false) => insert!(", created_at", ", ?"),
            (false, true) => insert!(", customer_id", ", ?"),
            (true, true) => insert!(", created_at, customer_id", ", ?, ?"),
        };
        if self.schema.has("created_at") {
            values.push(&history.created_at);
        }
        if self.schema.has("customer_id") {
            values.push(&user.customer_id);
        }
        self.tx.prepare_cached(sql)?.execute(params_from_iter(values))
    }

    /// Sets hash and salt in one UPDATE, and reads them back.
    ///
    /// # Errors
    /// `TriggerInTheWay` or `Damaged` where something else happened to the row.
    pub fn set_password(&self, id: UserId, hash: &str, salt: &str) -> Result<(), StoreError> {
        self.update_one(
            "the new password",
            "UPDATE users SET password_hash = :hash, salt = :salt WHERE id = :id",
            "SELECT 1 FROM users WHERE id = :id AND password_hash IS :hash AND salt IS :salt",
            named_params! { ":hash": hash, ":salt": salt, ":id": id.0 },
        )?;
        match self.view().password(id)? {
            Some(kept) if kept == stored(hash, salt) => Ok(()),
            Some(_) | None => Err(self.not_kept("the new password")),
        }
    }

    /// Sets `is_active`.
    ///
    /// # Errors
    /// `TriggerInTheWay` or `Damaged` where something else happened to the row.
    pub fn set_active(&self, id: UserId, active: Flag) -> Result<(), StoreError> {
        self.update_one(
            "is_active",
            "UPDATE users SET is_active = :active WHERE id = :id",
            "SELECT 1 FROM users WHERE id = :id AND is_active IS :active",
            named_params! { ":active": active.is_on(), ":id": id.0 },
        )
    }

    /// Sets `is_verified`.
    ///
    /// # Errors
    /// `TriggerInTheWay` or `Damaged` where something else happened to the row.
    pub fn set_verified(&self, id: UserId, verified: Flag) -> Result<(), StoreError> {
        self.update_one(
            "is_verified",
            "UPDATE users SET is_verified = :verified WHERE id = :id",
            "SELECT 1 FROM users WHERE id = :id AND is_verified IS :verified",
            named_params! { ":verified": verified.is_on(), ":id": id.0 },
        )
    }

    /// Sets a lock and clears the counter: at 5 one failure more would make the app write a lock of its own.
    ///
    /// # Errors
    /// `TriggerInTheWay` or `Damaged` where something else happened to the row.
    pub fn set_lock(&self, id: UserId, until: &str) -> Result<(), StoreError> {
        self.update_one(
            "the lock",
            "UPDATE users SET locked_until = :until, failed_login_attempts = 0 WHERE id = :id",
            "SELECT 1 FROM users WHERE id = :id AND locked_until IS :until AND failed_login_attempts IS 0",
            named_params! { ":until": until, ":id": id.0 },
        )
    }

    /// Writes an existing lock in another form; the counter stays.
    ///
    /// # Errors
    /// `TriggerInTheWay` or `Damaged` where something else happened to the row.
    pub fn rewrite_lock(&self, id: UserId, until: &str) -> Result<(), StoreError> {
        self.update_one(
            "the rewritten lock",
            "UPDATE users SET locked_until = :until WHERE id = :id",
            "SELECT 1 FROM users WHERE id = :id AND locked_until IS :until",
            named_params! { ":until": until, ":id": id.0 },
        )
    }

    /// Clears lock and counter together.
    ///
    /// # Errors
    /// `TriggerInTheWay` or `Damaged` where something else happened to the row.
    pub fn clear_lock(&self, id: UserId) -> Result<(), StoreError> {
        self.update_one(
            "the lock",
            "UPDATE users SET locked_until = NULL, failed_login_attempts = 0 WHERE id = :id",
            "SELECT 1 FROM users WHERE id = :id AND locked_until IS NULL AND failed_login_attempts IS 0",
            named_params! { ":id": id.0 },
        )
    }

    /// Sets the role.
    ///
    /// # Errors
    /// `Check` where the table refuses it, `TriggerInTheWay` or `Damaged` where something else happened to the row.
    pub fn set_role(&self, id: UserId, role: &str) -> Result<(), StoreError> {
        self.update_one(
            "the role",
            "UPDATE users SET role = :role WHERE id = :id",
            "SELECT 1 FROM users WHERE id = :id AND role IS :role",
            named_params! { ":role": role, ":id": id.0 },
        )
    }

    /// A successful login: `last_login`, counter 0, no lock.
    ///
    /// # Errors
    /// `TriggerInTheWay` or `Damaged` where something else happened to the row.
    pub fn record_success(&self, id: UserId, now: Timestamp) -> Result<(), StoreError> {
        self.update_one(
            "the login",
            "UPDATE users SET last_login = :now, failed_login_attempts = 0, locked_until = NULL WHERE id = :id",
            "SELECT 1 FROM users WHERE id = :id AND last_login IS :now AND failed_login_attempts IS 0
                AND locked_until IS NULL",
            named_params! { ":now": now.to_app_naive(), ":id": id.0 },
        )
    }

    /// A failed login: counted in SQL, locked at the threshold. A counter that is not a number starts at 1.
    ///
    /// # Errors
    /// `TriggerInTheWay` or `Damaged` where it did not meet the one row.
    pub fn record_failure(&self, id: UserId, failure: Failure<'_>) -> Result<FailureOutcome, StoreError> {
        let restart = failure.count == FailureCount::Restart;
        let count = || {
            let mut statement = self.tx.prepare_cached(
                "UPDATE users
                    SET failed_login_attempts =
                          CASE WHEN :restart OR typeof(failed_login_attempts) <> 'integer' THEN 1
                               ELSE min(failed_login_attempts, 9007199254740991) + 1 END,
                        locked_until =
                          CASE WHEN CASE WHEN :restart OR typeof(failed_login_attempts) <> 'integer' THEN 1
                                         ELSE min(failed_login_attempts, 9007199254740991) + 1 END >= :threshold
                               THEN :lock ELSE NULL END
                  WHERE id = :id
              RETURNING failed_login_attempts",
            )?;
            let values = named_params! {
                ":restart": restart, ":threshold": failure.threshold, ":lock": failure.lock, ":id": id.0
            };
            statement.query_row(values, |row| row.get(0)).optional()
        };
        let attempts = self.fire(count)?.ok_or_else(|| self.wrong_count("the failed login", 0))?;
        self.count(1);
        Ok(FailureOutcome { attempts })
    }

    /// Changes one row, and where triggers may have undone that, looks whether `kept` still finds it.
    pub(super) fn update_one(
        &self,
        what: &'static str,
        sql: &'static str,
        kept: &'static str,
        values: &[(&str, &dyn ToSql)],
    ) -> Result<(), StoreError> {
        let run = |sql: &str| self.tx.prepare_cached(sql);
        let rows = self.fire(|| run(sql).and_then(|mut one| one.execute(values)))?;
        self.count(rows);
        if rows != 1 {
            return Err(self.wrong_count(what, rows));
        }
        if self.schema.triggers.is_empty() {
            return Ok(());
        }
        match run(kept).and_then(|mut one| one.exists(values)).map_err(|error| self.fail(error))? {
            true => Ok(()),
            false => Err(self.not_kept(what)),
        }
    }
}

/// What an account that begins now has behind it.
fn begun(now: Timestamp) -> History {
    History { created_at: now.to_app_naive(), last_login: None, failed_login_attempts: 0, locked_until: None }
}

fn stored(hash: &str, salt: &str) -> StoredPassword {
    StoredPassword { hash: Some(hash.to_owned()), salt: Some(salt.to_owned()) }
}
