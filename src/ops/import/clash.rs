//! Rows that meet another of the file, or an account that is there already.
//!
//! What a newcomer would get wrong: a new account must differ from every other by more than case, but the app
//! itself made accounts that do not, and in a file with customers two customers may share an e-mail. What existed
//! before was legal there, so such a row meets only its equal.

use std::collections::{HashMap, HashSet};

use super::row::Judged;
use super::{About, Column, Fault, Planned};
use crate::model::user::StoredUser;
use crate::ops::add::{IfPresent, known_customer};
use crate::ops::error::{Class, Error};
use crate::store::{Schema, View};

/// What a row is called, and how it may meet others.
#[derive(Clone)]
pub(super) struct Name {
    line: u64,
    username: Option<String>,
    email: Option<String>,
    wanted_role: Option<String>,
    customer_id: Option<i64>,
    existed: bool,
    /// Whether only accounts of the same customer count: one that existed before, in a file with customers.
    within_customer: bool,
}

/// The names of all rows, faulty ones among them: a fault more is worth knowing.
pub(super) fn names(schema: &Schema, judged: &[Judged]) -> Vec<Name> {
    let name = |one: &Judged| Name {
        line: one.line,
        username: one.username.clone(),
        email: one.email.clone(),
        wanted_role: one.wanted_role.clone(),
        customer_id: one.customer_id,
        existed: one.existed,
        within_customer: one.existed && schema.has("customer_id"),
    };
    judged.iter().map(name).collect()
}

/// The same of rows that are to be written.
pub(super) fn names_of<'a>(schema: &Schema, rows: impl Iterator<Item = &'a Planned>) -> Vec<Name> {
    rows.map(|row| Name {
        line: row.line,
        username: Some(row.username.clone()),
        email: Some(row.email.clone()),
        wanted_role: row.wanted_role.clone(),
        customer_id: row.customer_id,
        existed: row.history.is_some(),
        within_customer: row.history.is_some() && schema.has("customer_id"),
    })
    .collect()
}

const FIELDS: [(Column, &str); 2] = [(Column::Username, "username"), (Column::Email, "e-mail")];

impl Name {
    fn text(&self, column: Column) -> Option<&str> {
        if column == Column::Username { self.username.as_deref() } else { self.email.as_deref() }
    }

    fn fault(&self, column: Column, message: String, about: About) -> Fault {
        Fault { line: self.line, column: Some(column), class: Class::Exists, message, about }
    }
}

/// Twins inside the file: the later one is at fault.
pub(super) fn within(schema: &Schema, judged: &[Judged]) -> Vec<Fault> {
    let names = names(schema, judged);
    let mut faults = Vec::new();
    for (column, word) in FIELDS {
        let mut seen: HashMap<String, Vec<&Name>> = HashMap::new();
        for name in &names {
            let Some(text) = name.text(column) else { continue };
            let earlier = seen.entry(text.to_lowercase()).or_default();
            if let Some((twin, how)) = earlier.iter().find_map(|other| Some((other, meets(name, other, column)?))) {
                let message = format!("the {word} {how} that on line {}", twin.line);
                faults.push(name.fault(column, message, About::Nothing));
            }
            earlier.push(name);
        }
    }
    faults
}

/// How two rows of the file meet that are the same but for case.
fn meets(name: &Name, other: &Name, column: Column) -> Option<&'static str> {
    let both_existed = name.existed && other.existed;
    let same = name.text(column) == other.text(column);
    let apart = both_existed && name.within_customer && name.customer_id != other.customer_id;
    match (same, both_existed) {
        (true, _) if !apart => Some("is the same as"),
        (false, false) => Some("differs only in upper and lower case from"),
        (true | false, _) => None,
    }
}

/// Which rows meet accounts that are there.
#[derive(Default)]
pub(super) struct Meeting {
    pub(super) faults: Vec<Fault>,
    pub(super) present: Vec<(u64, StoredUser)>,
}

/// Looks all names up in one pass over the table, and the customers.
///
/// # Errors
/// The file's.
pub(super) fn against(view: View<'_>, names: &[Name], if_present: IfPresent) -> Result<Meeting, Error> {
    let folded = |column: Column| -> HashSet<String> {
        names.iter().filter_map(|name| name.text(column)).map(str::to_lowercase).collect()
    };
    let (usernames, emails) = (folded(Column::Username), folded(Column::Email));
    let found = view.users_where(|username, email| {
        usernames.contains(&username.to_lowercase()) || emails.contains(&email.to_lowercase())
    })?;
    let accounts = Accounts::new(&found);
    let mut meeting = Meeting::default();
    let mut customers = HashMap::new();
    for name in names {
        if let Some(id) = name.customer_id.filter(|_| !name.existed) {
            meeting.faults.extend(customer(view, name, id, &mut customers)?);
        }
        let clashes = FIELDS.map(|(column, _)| accounts.clash(name, column));
        if let (IfPresent::Accept, Some(user)) = (if_present, same_names(&clashes)) {
            match has_role(name, user) {
                true => meeting.present.push((name.line, user.clone())),
                false => meeting.faults.push(other_role(name, user)),
            }
            continue;
        }
        for ((column, word), clash) in FIELDS.into_iter().zip(clashes) {
            if let Some(first) = clash.users.first() {
                let message = format!("the {word} {}", clash.how);
                meeting.faults.push(name.fault(column, message, About::Account(Box::new((*first).clone()))));
            }
        }
    }
    Ok(meeting)
}

/// The accounts found, by folded name.
struct Accounts<'a> {
    by_name: [HashMap<String, Vec<&'a StoredUser>>; 2],
}

/// The accounts that one row meets in one column.
struct Clash<'a> {
    users: Vec<&'a StoredUser>,
    same: bool,
    how: &'static str,
}

impl<'a> Accounts<'a> {
    fn new(found: &'a [StoredUser]) -> Self {
        let by_name = FIELDS.map(|(column, _)| {
            let mut map: HashMap<String, Vec<&StoredUser>> = HashMap::new();
            for user in found {
                if let Some(text) = text_of(user, column) {
                    map.entry(text.to_lowercase()).or_default().push(user);
                }
            }
            map
        });
        Self { by_name }
    }

    fn clash(&self, name: &Name, column: Column) -> Clash<'a> {
        let map = &self.by_name[usize::from(column != Column::Username)];
        let text = name.text(column);
        let near = text.and_then(|text| map.get(&text.to_lowercase())).map_or(&[][..], Vec::as_slice);
        let fits = |user: &&&StoredUser| {
            text_of(user, column) == text
                && (!name.within_customer || user.customer_id.value().copied() == name.customer_id)
        };
        let same: Vec<&StoredUser> = near.iter().filter(fits).copied().collect();
        match (same.is_empty(), name.existed) {
            (false, _) => Clash { users: same, same: true, how: "is already taken by" },
            (true, true) => Clash { users: Vec::new(), same: false, how: "" },
            (true, false) => {
                Clash { users: near.to_vec(), same: false, how: "differs only in upper and lower case from that of" }
            }
        }
    }
}

fn text_of(user: &StoredUser, column: Column) -> Option<&str> {
    let field = if column == Column::Username { &user.username } else { &user.email };
    field.value().map(String::as_str)
}

/// The account that has both names, which `--if-missing` takes for the wanted one, as in `user add`.
fn same_names<'a>(clashes: &[Clash<'a>; 2]) -> Option<&'a StoredUser> {
    let [by_username, by_email] = clashes;
    let ([found], [mailed]) = (by_username.users.as_slice(), by_email.users.as_slice()) else { return None };
    (by_username.same && by_email.same && found.id == mailed.id).then_some(*found)
}

fn has_role(name: &Name, user: &StoredUser) -> bool {
    name.wanted_role.as_ref().is_none_or(|wanted| user.role.value() == Some(wanted))
}

/// An account that is there is not changed, so its role has to be the wanted one.
fn other_role(name: &Name, user: &StoredUser) -> Fault {
    let wanted = name.wanted_role.as_deref().unwrap_or_default();
    let message = format!("'{wanted}' is not the role of the account that is there already:");
    name.fault(Column::Role, message, About::Account(Box::new(user.clone())))
}

/// The fault of a customer that does not exist; each is looked up once.
fn customer(view: View<'_>, name: &Name, id: i64, known: &mut HashMap<i64, bool>) -> Result<Option<Fault>, Error> {
    let exists = match known.get(&id) {
        Some(exists) => *exists,
        None => {
            let exists = match known_customer(view, Some(id)) {
                Ok(()) => true,
                Err(Error::UnknownCustomer { .. }) => false,
                Err(other) => return Err(other),
            };
            known.insert(id, exists);
            exists
        }
    };
    let message = format!("there is no customer with id {id}");
    Ok((!exists).then_some(Fault {
        line: name.line,
        column: Some(Column::CustomerId),
        class: Class::NotFound,
        message,
        about: About::Nothing,
    }))
}
