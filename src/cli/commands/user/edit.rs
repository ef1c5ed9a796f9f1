//! `user edit`.

use crate::cli::args::EditArgs;
use crate::cli::commands::report;
use crate::cli::commands::select::{self, Shape};
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::{address, shown, whom};
use crate::model::user::{CustomerState, Field, StoredUser};
use crate::ops::edit::{self, EditRequest};
use crate::ops::{Error, Written};
use crate::policy::login;
use crate::store::{Changed, Store};

/// Changes username, e-mail, full name or customer.
pub fn edit(context: &mut Context<'_>, args: &EditArgs) -> anyhow::Result<u8> {
    if args.user == "-" {
        return Err(Failure::usage("user edit changes one account: '-' names none")
            .hint("name a USER, as in id:57")
            .into());
    }
    let request = request(args)?;
    let spec = select::user(&args.user)?;
    let mut store = context.store()?;
    if args.customer.is_some() && !store.schema().has("customer_id") {
        return Err(Failure::usage("this database has no customers").hint("leave --customer away").into());
    }
    let valid = edit::check(&request).map_err(Refused)?;
    let applied = edit::edit(&mut store, &context.act(), &context.settings, &spec, &valid).map_err(Refused)?;
    let changed: Vec<Written> = applied.value.iter().filter(|one| one.changed == Changed::Yes).cloned().collect();
    report::written(context, applied, Shape::One, |context, one| {
        format!("{} {}{}", context.would("edited", "edit"), whom(&one.after), differences(one))
    })?;
    for one in &changed {
        meaning(context, &store, one)?;
    }
    Ok(DONE)
}

fn request(args: &EditArgs) -> Result<EditRequest, Failure> {
    let EditArgs { username, email, full_name, customer, user: _, global: _ } = args;
    if username.is_none() && email.is_none() && full_name.is_none() && customer.is_none() {
        return Err(Failure::usage("nothing to change is given").hint(
            "give --username U, --email E, --full-name N or --customer ID; the role: authctl set-role, the \
                   password: authctl user passwd",
        ));
    }
    Ok(EditRequest {
        username: username.clone(),
        email: email.clone(),
        full_name: full_name.clone(),
        customer: *customer,
    })
}

/// Old values beside new ones, for the line that says what was done.
fn differences(one: &Written) -> String {
    let (before, after) = (&one.before, &one.after);
    let mut parts = Vec::new();
    let mut text = |name: &str, before: &Field<String>, after: &Field<String>| {
        if before != after {
            parts.push(format!("{name} was {}", shown(before)));
        }
    };
    text("username", &before.username, &after.username);
    text("e-mail", &before.email, &after.email);
    text("full name", &before.full_name, &after.full_name);
    if before.customer_id != after.customer_id {
        parts.push(match &before.customer_id {
            Field::Value(id) => format!("customer was {id}"),
            Field::Null | Field::Absent => "customer was none".to_owned(),
            Field::Bad(_) => "customer was unreadable".to_owned(),
        });
    }
    if parts.is_empty() { String::new() } else { format!("; {}", parts.join(", ")) }
}

/// What it means for logins and tokens.
fn meaning(context: &mut Context<'_>, store: &Store, one: &Written) -> anyhow::Result<()> {
    let (before, user) = (&one.before, &one.after);
    let mut claims = Vec::new();
    if before.email != user.email {
        context.console().note(&format!(
            "the app looks accounts up by e-mail: from now on {} logs in, {} no longer does; the password stays",
            shown(&user.email),
            shown(&before.email)
        ));
        if user.is_verified.is_on() {
            let undo = format!("authctl user verify {} --undo", address(user));
            context
                .console()
                .note(&format!("is_verified stays set, though it was said of the old e-mail; {undo} clears it"));
        }
        claims.push("e-mail");
    }
    if before.username != user.username {
        context.console().note("logins to the app are not touched by a new username: it asks for the e-mail");
    }
    if before.customer_id != user.customer_id {
        customer_state(context, store, user)?;
        claims.push("customer");
    }
    if !claims.is_empty() {
        let text = format!(
            "tokens issued before keep working until they expire; their claims still show the old {}",
            claims.join(" and ")
        );
        context.console().note(&text);
        report::blocked(context, user);
    }
    Ok(())
}

/// The newest app keeps the users of some customers out.
fn customer_state(context: &mut Context<'_>, store: &Store, user: &StoredUser) -> anyhow::Result<()> {
    let Some(id) = user.customer_id.value() else { return Ok(()) };
    let now = context.now();
    let facts = store.view().customer(*id).map_err(Error::from).map_err(Refused)?;
    let state = facts.map(|facts| login::customer_state(facts, now));
    let why = match state {
        Some(CustomerState::Inactive) => "is not active",
        Some(CustomerState::Unpaid) => "has a subscription that has run out",
        Some(CustomerState::Good | CustomerState::Missing) | None => return Ok(()),
    };
    context.console().warn(&format!("{} cannot log in: customer {id} {why}", whom(user)));
    Ok(())
}
