//! `init`.

use serde::Serialize;

use crate::cli::args::InitArgs;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::{shell_text, whom};
use crate::cli::output::escape::show;
use crate::cli::output::{Format, emit_document};
use crate::cli::password_source::{self, New};
use crate::cli::view::UserView;
use crate::model::role::RoleName;
use crate::model::text;
use crate::model::user::Flag;
use crate::ops::add::AddRequest;
use crate::ops::error::Class;
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
    let request = admin_request(context, args)?;
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

/// The first admin, where one is named.
///
/// # Errors
/// The configuration offers no role for one.
fn admin_request(context: &Context<'_>, args: &InitArgs) -> Result<Option<AddRequest>, Failure> {
    let Some((username, email)) = args.admin_username.clone().zip(args.admin_email.clone()) else { return Ok(None) };
    let role = context.settings.admin_role();
    if let Some(roles) = context.settings.roles.as_ref().filter(|roles| !roles.offers(&role)) {
        let offered: Vec<&str> = roles.iter().map(RoleName::as_str).collect();
        let message = format!(
            "the configuration offers no role '{role}', so there can be no admin: {}",
            show(&offered.join(", "))
        );
        let hint = format!("add '{role}' to its roles, or leave --admin-username and --admin-email away");
        return Err(Failure::new(Class::PolicyRole, message).hint(hint));
    }
    let (role, active, verified) = (Some(role.as_str().to_owned()), Flag::On, Flag::Off);
    Ok(Some(AddRequest { username, email, full_name: None, role, customer: None, active, verified }))
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
        None => {
            let role = shell_text(context.settings.admin_role().as_str());
            let add = context.authctl(&format!("user add NAME --email E --role {role} --generate"));
            context.console().hint(&format!("add the first admin: {add}"));
        }
    }
}

fn print(
    context: &mut Context<'_>,
    path: &std::path::Path,
    user: Option<crate::model::user::StoredUser>,
    new: Option<&New>,
) -> anyhow::Result<()> {
    let password = new.and_then(|new| new.to_print(context));
    let lost = lost(context);
    match context.style.format {
        Format::Table | Format::Csv => match password {
            Some(password) => Ok(context.try_print(password).map_err(|error| Failure::from(error).hint(lost))?),
            None => Ok(()),
        },
        Format::Json | Format::Jsonl => {
            let (now, format) = (context.now(), context.settings.time_format);
            let user = user.map(|user| UserView::of(user, now, format));
            let view = InitView { database: text::exact(path), user, password };
            let hinted = |failure: Failure| match password {
                Some(_) => failure.hint(lost),
                None if context.global.dry_run => failure,
                None => failure.hint("the database was created"),
            };
            Ok(emit_document(&mut *context.world.stdout, &view).map_err(|error| hinted(Failure::from(error)))?)
        }
    }
}

/// The file is there, its admin's password may be lost.
fn lost(context: &Context<'_>) -> String {
    format!("the database was created; set another password: {}", context.authctl("user passwd USER"))
}
