//! `init`.

use serde::Serialize;

use crate::cli::args::InitArgs;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::whom;
use crate::cli::output::{Format, emit_document};
use crate::cli::password_source::{self, New};
use crate::cli::view::UserView;
use crate::model::text;
use crate::model::user::Flag;
use crate::ops::add::AddRequest;
use crate::ops::schema::{self, FirstAdmin};

/// `{"database","user","password"}`.
#[derive(Serialize)]
struct InitView<'a> {
    database: String,
    user: Option<UserView<'static>>,
    password: Option<&'a str>,
}

/// Makes a new database, with its first admin where one is named.
pub fn run(context: &mut Context<'_>, args: &InitArgs) -> anyhow::Result<u8> {
    context.chain_key()?;
    let path = context.database_path()?;
    let request = admin_request(context, args);
    let new = match &request {
        Some(_) if password_source::is_named(&args.password) => Some(password_source::new(context, &args.password)?),
        Some(_) => Some(password_source::generated(context)?),
        None if password_source::is_named(&args.password) => {
            return Err(Failure::usage("a password without an admin")
                .hint("give --admin-username and --admin-email too")
                .into());
        }
        None => None,
    };
    let valid = request.as_ref().map(|request| schema::check_admin(&context.settings, request)).transpose();
    let valid = valid.map_err(Refused)?;
    let admin = valid.as_ref().zip(new.as_ref()).map(|(user, new)| FirstAdmin { user, password: new.password() });
    let mut random = context.world.random;
    let user = schema::init(&path, &context.act(), &context.settings, admin.as_ref(), &mut random).map_err(Refused)?;
    say(context, &path, user.as_ref());
    print(context, &path, user, new.as_ref())?;
    Ok(crate::cli::exit::DONE)
}

fn admin_request(context: &Context<'_>, args: &InitArgs) -> Option<AddRequest> {
    let (username, email) = args.admin_username.clone().zip(args.admin_email.clone())?;
    let role = Some(context.settings.admin_role().as_str().to_owned());
    let (active, verified) = (Flag::On, Flag::Off);
    Some(AddRequest { username, email, full_name: None, role, customer: None, active, verified })
}

fn say(context: &mut Context<'_>, path: &std::path::Path, user: Option<&crate::model::user::StoredUser>) {
    let did = context.would("created", "create");
    let text = format!("{did} '{}'", text::path(path));
    context.console().done(&text);
    match user {
        Some(user) => {
            let did = context.would("added", "add");
            context.console().done(&format!("{did} the first admin {}", whom(user)));
        }
        None => context.console().hint("add the first admin: authctl user add NAME --email E --role admin --generate"),
    }
}

fn print(
    context: &mut Context<'_>,
    path: &std::path::Path,
    user: Option<crate::model::user::StoredUser>,
    new: Option<&New>,
) -> anyhow::Result<()> {
    let password = new.and_then(|new| new.to_print(context));
    match context.style.format {
        Format::Table | Format::Csv => match password {
            Some(password) => Ok(context.try_print(password).map_err(|error| Failure::from(error).hint(LOST))?),
            None => Ok(()),
        },
        Format::Json | Format::Jsonl => {
            let (now, format) = (context.now(), context.settings.time_format);
            let user = user.map(|user| UserView::of(user, now, format));
            let view = InitView { database: text::path(path), user, password };
            let lost = |failure: Failure| match password {
                Some(_) => failure.hint(LOST),
                None if context.global.dry_run => failure,
                None => failure.hint("the database was created"),
            };
            Ok(emit_document(&mut *context.world.stdout, &view).map_err(|error| lost(Failure::from(error)))?)
        }
    }
}

/// The file is there, its admin's password may be lost.
const LOST: &str = "the database was created; set another password: authctl user passwd USER";
