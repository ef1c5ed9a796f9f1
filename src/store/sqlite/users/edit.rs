//! The writes that change who an account is, one column each.
//!
//! What a newcomer would get wrong: one UPDATE of all columns would fire `UPDATE OF email` triggers of a run that
//! changes the full name alone.

use rusqlite::named_params;

use crate::model::user::UserId;
use crate::store::sqlite::{StoreError, Tx};

impl Tx<'_> {
    /// Sets the username.
    ///
    /// # Errors
    /// `Conflict` or `Check` where the table refuses it, `TriggerInTheWay` or `Damaged` where something else happened
    /// to the row.
    pub fn set_username(&self, id: UserId, username: &str) -> Result<(), StoreError> {
        self.update_one(
            "the username",
            "UPDATE users SET username = :username WHERE id = :id",
            "SELECT 1 FROM users WHERE id = :id AND username = :username COLLATE BINARY",
            named_params! { ":username": username, ":id": id.0 },
        )
    }

    /// Sets the e-mail.
    ///
    /// # Errors
    /// As [`Tx::set_username`].
    pub fn set_email(&self, id: UserId, email: &str) -> Result<(), StoreError> {
        self.update_one(
            "the e-mail",
            "UPDATE users SET email = :email WHERE id = :id",
            "SELECT 1 FROM users WHERE id = :id AND email = :email COLLATE BINARY",
            named_params! { ":email": email, ":id": id.0 },
        )
    }

    /// Sets the full name; `None`: NULL.
    ///
    /// # Errors
    /// As [`Tx::set_username`].
    pub fn set_full_name(&self, id: UserId, full_name: Option<&str>) -> Result<(), StoreError> {
        self.update_one(
            "the full name",
            "UPDATE users SET full_name = :full_name WHERE id = :id",
            "SELECT 1 FROM users WHERE id = :id AND full_name IS :full_name",
            named_params! { ":full_name": full_name, ":id": id.0 },
        )
    }

    /// Sets the customer, on a file that has the column.
    ///
    /// # Errors
    /// As [`Tx::set_username`].
    pub fn set_customer(&self, id: UserId, customer: i64) -> Result<(), StoreError> {
        self.update_one(
            "the customer",
            "UPDATE users SET customer_id = :customer WHERE id = :id",
            "SELECT 1 FROM users WHERE id = :id AND customer_id IS :customer",
            named_params! { ":customer": customer, ":id": id.0 },
        )
    }
}
