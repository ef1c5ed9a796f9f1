//! From a row of `users` to a [`StoredUser`], whatever its cells hold.
//!
//! What a newcomer would get wrong: SQLite keeps any kind of value in any column. A cell of the wrong kind is a value
//! too ([`Field::Bad`]), and never an error: one odd row must not hide the others.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::model::time::{StoredTime, parse_python};
use crate::model::user::{
    Customer, CustomerState, Field, Flag, PasswordPresence, RawCell, StoredPassword, StoredUser, UserId,
};
use crate::store::sqlite::schema::Schema;
use crate::store::sqlite::users::survey::Surveyed;

/// The columns of a [`StoredUser`] after `id, username, email`, in the order of [`convert`].
const OPTIONAL: [&str; 9] = [
    "full_name",
    "role",
    "is_active",
    "is_verified",
    "created_at",
    "last_login",
    "failed_login_attempts",
    "locked_until",
    "customer_id",
];

/// Which columns a file has, asked once for each statement: a list reads millions of cells.
pub(super) struct Layout {
    optional: [Place; OPTIONAL.len()],
    password: [Place; 2],
}

/// Whether a cell comes from the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    InFile,
    Lacking,
}

impl Layout {
    /// The columns of this file.
    pub(super) fn of(schema: &Schema) -> Self {
        let place = |name: &str| if schema.has(name) { Place::InFile } else { Place::Lacking };
        Self { optional: OPTIONAL.map(place), password: ["password_hash", "salt"].map(place) }
    }
}

/// Whether there is a password, without reading it.
const PASSWORD_SET: &str = ", (password_hash IS NOT NULL AND password_hash <> '')";

/// `SELECT … FROM users`, with NULL in the place of a missing column.
pub(super) fn select(schema: &Schema) -> String {
    let mut sql = columns(schema);
    sql.push_str(" FROM users");
    sql
}

/// The same with hash and salt behind the rest, for [`survey`].
pub(super) fn select_with_password(schema: &Schema) -> String {
    let mut sql = columns(schema);
    for column in ["password_hash", "salt"] {
        sql.push_str(", ");
        sql.push_str(if schema.has(column) { column } else { "NULL" });
    }
    sql + " FROM users"
}

fn columns(schema: &Schema) -> String {
    // Room for all of it and a condition: one row is read back for each that an import writes.
    let mut sql = String::with_capacity(512);
    sql.push_str("SELECT id, username, email");
    for column in OPTIONAL {
        sql.push_str(", ");
        sql.push_str(if schema.has(column) { column } else { "NULL" });
    }
    sql.push_str(if schema.has("password_hash") { PASSWORD_SET } else { ", 0" });
    sql
}

/// Reads one row of [`select`].
pub(super) fn convert(row: &Row<'_>, layout: &Layout) -> rusqlite::Result<StoredUser> {
    let mut user = StoredUser::blank();
    fill(row, layout, &mut user)?;
    Ok(user)
}

/// The same into an account that was read before, whose texts give their memory: a list of a million rows has four
/// million of them.
pub(super) fn fill(row: &Row<'_>, layout: &Layout, user: &mut StoredUser) -> rusqlite::Result<()> {
    let [full_name, role, is_active, is_verified, created_at, last_login, failed, locked_until, customer] =
        layout.optional;
    let field = |index: usize, place: Place| cell(row, index, place);
    user.id = UserId(row.get_ref(0)?.as_i64()?);
    text_into(&mut user.username, Some(row.get_ref(1)?));
    text_into(&mut user.email, Some(row.get_ref(2)?));
    text_into(&mut user.full_name, field(3, full_name)?);
    text_into(&mut user.role, field(4, role)?);
    user.is_active = flag(field(5, is_active)?);
    user.is_verified = flag(field(6, is_verified)?);
    user.created_at = time(field(7, created_at)?);
    user.last_login = time(field(8, last_login)?);
    user.failed_login_attempts = integer(field(9, failed)?);
    user.locked_until = time(field(10, locked_until)?);
    user.customer_id = integer(field(11, customer)?);
    user.password = if row.get_ref(12)?.as_i64()? == 0 { PasswordPresence::Missing } else { PasswordPresence::Set };
    Ok(())
}

/// Reads one row of [`select_with_password`].
pub(super) fn survey(row: &Row<'_>, layout: &Layout) -> rusqlite::Result<Surveyed> {
    let [hash, salt] = layout.password;
    Ok(Surveyed { user: convert(row, layout)?, hash: text(cell(row, 13, hash)?), salt: text(cell(row, 14, salt)?) })
}

fn cell<'a>(row: &'a Row<'_>, index: usize, place: Place) -> rusqlite::Result<Option<ValueRef<'a>>> {
    match place {
        Place::InFile => row.get_ref(index).map(Some),
        Place::Lacking => Ok(None),
    }
}

/// Reads hash and salt as texts.
pub(super) fn password(row: &Row<'_>) -> rusqlite::Result<StoredPassword> {
    // A NULL hash is no password, like the empty one; a NULL salt the app cannot put behind any.
    let hash = match row.get_ref(0)? {
        ValueRef::Null => Some(String::new()),
        other => plain(other),
    };
    Ok(StoredPassword { hash, salt: plain(row.get_ref(1)?) })
}

/// A text, or `None` for anything that is not.
fn plain(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok().map(str::to_owned),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => None,
    }
}

pub(super) fn raw(value: ValueRef<'_>) -> RawCell {
    match value {
        ValueRef::Null => RawCell::Blob(Vec::new()),
        ValueRef::Integer(number) => RawCell::Integer(number),
        ValueRef::Real(number) => RawCell::Real(number),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => RawCell::Text(text.to_owned()),
            Err(_) => RawCell::BrokenText(bytes.to_vec()),
        },
        ValueRef::Blob(bytes) => RawCell::Blob(bytes.to_vec()),
    }
}

fn text(value: Option<ValueRef<'_>>) -> Field<String> {
    let mut field = Field::Absent;
    text_into(&mut field, value);
    field
}

fn text_into(field: &mut Field<String>, value: Option<ValueRef<'_>>) {
    let read = match value {
        None => Field::Absent,
        Some(ValueRef::Null) => Field::Null,
        Some(ValueRef::Text(bytes)) => match (std::str::from_utf8(bytes), &mut *field) {
            (Ok(text), Field::Value(before)) => {
                before.clear();
                before.push_str(text);
                return;
            }
            (Ok(text), Field::Null | Field::Absent | Field::Bad(_)) => Field::Value(text.to_owned()),
            (Err(_), _) => Field::Bad(RawCell::BrokenText(bytes.to_vec())),
        },
        Some(other) => Field::Bad(raw(other)),
    };
    *field = read;
}

fn integer(value: Option<ValueRef<'_>>) -> Field<i64> {
    match value {
        None => Field::Absent,
        Some(ValueRef::Null) => Field::Null,
        Some(ValueRef::Integer(number)) => Field::Value(number),
        Some(other) => Field::Bad(raw(other)),
    }
}

fn time(value: Option<ValueRef<'_>>) -> Field<StoredTime> {
    match value {
        None => Field::Absent,
        Some(ValueRef::Null) => Field::Null,
        Some(other) => {
            let read = match other {
                ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok().and_then(parse_python),
                ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => None,
            };
            read.map_or_else(|| Field::Bad(raw(other)), Field::Value)
        }
    }
}

/// The app's reading: Python's truth of whatever is stored.
pub(super) fn flag(value: Option<ValueRef<'_>>) -> Flag {
    let on = match value {
        None => return Flag::Absent,
        Some(ValueRef::Null) => false,
        Some(ValueRef::Integer(number)) => number != 0,
        Some(ValueRef::Real(number)) => number != 0.0,
        Some(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => !bytes.is_empty(),
    };
    if on { Flag::On } else { Flag::Off }
}

/// Reads `is_active, subscription_expires_at` of a customer.
pub(super) fn customer(row: &Row<'_>) -> rusqlite::Result<Customer> {
    let state = if flag(Some(row.get_ref(0)?)).is_on() { CustomerState::Good } else { CustomerState::Inactive };
    Ok(Customer { state, paid_until: time(Some(row.get_ref(1)?)).value().copied() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_on_where_python_takes_what_is_stored_for_true() {
        for (value, on) in [
            (ValueRef::Null, Flag::Off),
            (ValueRef::Integer(0), Flag::Off),
            (ValueRef::Integer(-1), Flag::On),
            (ValueRef::Real(0.0), Flag::Off),
            (ValueRef::Real(-0.0), Flag::Off),
            (ValueRef::Real(0.5), Flag::On),
            (ValueRef::Text(b""), Flag::Off),
            (ValueRef::Text(b"0"), Flag::On),
            (ValueRef::Blob(b""), Flag::Off),
            (ValueRef::Blob(b"\0"), Flag::On),
        ] {
            assert_eq!(flag(Some(value)), on, "{value:?}");
        }
        assert_eq!(flag(None), Flag::Absent);
    }
}
