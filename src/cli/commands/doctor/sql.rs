//! The SQL of commands that no verb of authctl stands for.
//!
//! What a newcomer would get wrong: names are always quoted, since a table may be called `order`. A row is compared
//! as its foreign key does, the parent's column first: with that one's collation, so that nobody's row is taken who
//! is there.

use crate::store::{Orphans, Owner, identifier};

/// Takes triggers away.
pub fn drop_triggers(names: &[String]) -> String {
    let drops: Vec<String> = names.iter().map(|name| format!("DROP TRIGGER {}", identifier(name))).collect();
    drops.join("; ")
}

/// A row that may be nobody's loses its account; another one goes. Nothing for a key of several columns: which of
/// them is wrong only the operator knows.
pub fn orphans(rows: &Orphans) -> Option<String> {
    let ([column], [parent]) = (rows.columns.as_slice(), rows.parents.as_slice()) else { return None };
    let (table, column, parent) = (identifier(&rows.table), identifier(column), identifier(parent));
    // An account may refer to another one: two names for the same table then.
    let itself = rows.table.eq_ignore_ascii_case("users");
    let (accounts, account) = if itself { ("users AS account", "account") } else { ("users", "users") };
    let condition = format!(
        "WHERE {table}.{column} IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM {accounts} WHERE {account}.{parent} = {table}.{column})"
    );
    match rows.owner {
        Owner::Optional => Some(format!("UPDATE {table} SET {column} = NULL {condition}")),
        // Accounts go by `user delete` alone, which guards the last admin and leaves an event.
        Owner::Required if itself => None,
        Owner::Required => Some(format!("DELETE FROM {table} {condition}")),
    }
}
