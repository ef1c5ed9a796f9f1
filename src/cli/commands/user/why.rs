//! `user why`.

use crate::cli::args::{GivenPassword, WhyArgs};
use crate::cli::commands::pick::{self, Purpose};
use crate::cli::commands::select;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::whom;
use crate::cli::output::{Format, emit_all, emit_one};
use crate::cli::view::{UserView, WhyView, why as words};
use crate::cli::{password_source, remedy};
use crate::model::secret::Password;
use crate::model::user::UserSpec;
use crate::ops::why::{self, Asked};
use crate::policy::why::{Finding, Remedy, Tried};

/// Says why an account can or cannot log in; a `NO` is an answer, and exit 0.
pub fn why(context: &mut Context<'_>, args: &WhyArgs) -> anyhow::Result<u8> {
    let spec = asked_for(context, args)?;
    let reader = context.reader()?;
    let given = given(context, &args.password)?;
    let now = context.now();
    let asked = why::why(&reader, &context.settings, &spec, given.as_ref(), now).map_err(Refused)?;
    let command = asked.diagnosis.remedy.as_ref().map(|mend| remedy::command(&asked, mend, context.global));
    let user = UserView::of(asked.user.clone(), now, context.settings.time_format);
    let view = WhyView::new(user, &asked.diagnosis, command.clone(), now);
    match context.style.format {
        Format::Json | Format::Jsonl => {
            emit_one(&mut *context.world.stdout, &context.style, &view).map_err(Failure::from)?;
        }
        Format::Csv => table(context, &view, command.as_deref())?,
        Format::Table if context.style.columns.is_some() => table(context, &view, command.as_deref())?,
        Format::Table => print(context, &asked, &view, command.as_deref())?,
    }
    Ok(crate::cli::exit::DONE)
}

/// Whom to look at.
fn asked_for(context: &mut Context<'_>, args: &WhyArgs) -> anyhow::Result<UserSpec> {
    match args.user.as_deref() {
        Some("-") => {
            Err(Failure::usage("user why looks at one account: '-' names none").hint("name a USER, as in id:57").into())
        }
        Some(user) => Ok(select::user(user)?),
        None => {
            let user = pick::one(context, Purpose::Why)?;
            let GivenPassword { password_stdin, password_file } = &args.password;
            let source = remedy::password_source(*password_stdin, password_file.as_deref());
            pick::same_command(context, &format!("user why id:{}{source}", user.id.0));
            Ok(UserSpec::Id(user.id))
        }
    }
}

/// The password to try, where one was named: without one nothing is asked.
fn given(context: &mut Context<'_>, source: &GivenPassword) -> anyhow::Result<Option<Password>> {
    if source.password_stdin || source.password_file.is_some() {
        return password_source::given(context, source).map(Some);
    }
    Ok(None)
}

/// The steps alone are the rows; the command is said beside them.
fn table(context: &mut Context<'_>, view: &WhyView, command: Option<&str>) -> anyhow::Result<()> {
    emit_all(&mut *context.world.stdout, &context.style, view.steps()).map_err(Failure::from)?;
    if let Some(command) = command {
        context.console().hint(command);
    }
    Ok(())
}

/// For people: whom, the steps, the verdict, and the command on a line of its own.
fn print(context: &mut Context<'_>, asked: &Asked, view: &WhyView, command: Option<&str>) -> anyhow::Result<()> {
    let (now, color) = (context.now(), context.style.color);
    let mut lines = vec![whom(&asked.user), String::new()];
    lines.extend(view.steps().iter().map(|step| step.line(color)));
    lines.extend([String::new(), words::verdict(&asked.diagnosis, now)]);
    lines.extend(words::others(asked));
    lines.extend(command.map(|command| format!("this helps:\n  {command}")));
    context.print(&lines.join("\n"))?;
    let untried = asked.diagnosis.steps.iter().any(|step| step.finding == Finding::Password(Tried::Not));
    if asked.diagnosis.can_login == Some(true) && untried {
        let passwd = remedy::command(asked, &Remedy::NewPassword, context.global);
        context
            .console()
            .hint(&format!("is it the password? try one with --password-stdin, or set a new one: {passwd}"));
    }
    Ok(())
}
