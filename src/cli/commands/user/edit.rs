//! `user edit`.

use crate::cli::args::EditArgs;
use crate::cli::commands::select::{self, Shape};
use crate::cli::commands::{after, report};
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::{shown, whom};
use crate::cli::remedy;
use crate::model::user::Field;
use crate::ops::Written;
use crate::ops::edit::{self, EditRequest};
use crate::ops::why::PasswordNow;
use crate::store::Changed;

/// Changes username, e-mail, full name or customer.
pub fn edit(context: &mut Context<'_>, args: &EditArgs) -> anyhow::Result<u8> {
    if args.user == "-" {
        return Err(Failure::usage("user edit changes one account: '-' names none")
            .hint("name a USER, as in id:57")
            .into());
    }
    let request = request(context, args)?;
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
        meaning(context, one);
    }
    after::blocked(context, &store, changed.iter().map(|one| &one.after), PasswordNow::Stored);
    Ok(DONE)
}

fn request(context: &Context<'_>, args: &EditArgs) -> Result<EditRequest, Failure> {
    let EditArgs { username, email, full_name, customer, user: _, global: _ } = args;
    if username.is_none() && email.is_none() && full_name.is_none() && customer.is_none() {
        let (role, password) = (context.authctl("set-role USER ROLE"), context.authctl("user passwd USER"));
        return Err(Failure::usage("nothing to change is given").hint(format!(
            "give --username U, --email E, --full-name N or --customer ID; the role: {role}, the password: {password}"
        )));
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
fn meaning(context: &mut Context<'_>, one: &Written) {
    let (before, user) = (&one.before, &one.after);
    let mut claims = Vec::new();
    if before.email != user.email {
        context.console().note(&format!(
            "the app looks accounts up by e-mail: from now on {} logs in, {} no longer does; the password stays",
            shown(&user.email),
            shown(&before.email)
        ));
        if user.is_verified.is_on() {
            let undo = context.authctl(&format!("user verify {} --undo", remedy::name(context, user)));
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
        claims.push("customer");
    }
    if !claims.is_empty() {
        let text = format!(
            "tokens issued before keep working until they expire; their claims still show the old {}",
            claims.join(" and ")
        );
        context.console().note(&text);
    }
}
