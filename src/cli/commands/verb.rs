//! From a parsed command to its row in the table of rights, and to its key.
//!
//! What a newcomer would get wrong: no wildcard stands here, so that a new command, or an option that is more
//! than its command, does not compile until somebody has thought of who may use it.

use crate::cli::args::{
    AuditCommand, Command, ConfigCommand, DbCommand, GivenPassword, KeyArgs, MigrateView, SecretCommand, TokenCommand,
    UserCommand,
};
use crate::policy::role::Verb;

/// The row of a command.
pub fn verb(command: &Command) -> Verb {
    match command {
        Command::Init(_) => Verb::Init,
        Command::Migrate(args) => args.view.as_ref().map_or(Verb::Migrate, of_migrate),
        Command::User(args) => of_user(&args.command),
        Command::Login(_) => Verb::Login,
        Command::Lock(args) if args.deactivate => Verb::LockDeactivate,
        Command::Lock(_) => Verb::Lock,
        Command::Unlock(args) if args.reactivate => Verb::UnlockReactivate,
        Command::Unlock(_) => Verb::Unlock,
        Command::SetRole(_) => Verb::SetRole,
        Command::Token(args) => of_token(&args.command),
        Command::Whoami(_) => Verb::Whoami,
        Command::Logout(_) => Verb::Logout,
        Command::Audit(args) => of_audit(&args.command),
        Command::Db(args) => of_database(&args.command),
        Command::Doctor(_) => Verb::Doctor,
        Command::Secret(args) => match &args.command {
            SecretCommand::Generate(_) => Verb::SecretGenerate,
        },
        Command::Config(args) => match &args.command {
            ConfigCommand::Show(_) => Verb::ConfigShow,
        },
        Command::Completions(_) => Verb::Completions,
        Command::Man(_) => Verb::Man,
    }
}

fn of_migrate(view: &MigrateView) -> Verb {
    match view {
        MigrateView::Status(_) => Verb::MigrateStatus,
        MigrateView::Plan(_) => Verb::MigratePlan,
        MigrateView::Check(_) => Verb::MigrateCheck,
        MigrateView::Rehearse(_) => Verb::MigrateRehearse,
    }
}

fn of_user(command: &UserCommand) -> Verb {
    match command {
        UserCommand::Add(_) => Verb::UserAdd,
        UserCommand::List(_) => Verb::UserList,
        UserCommand::Show(_) => Verb::UserShow,
        UserCommand::Passwd(_) => Verb::UserPasswd,
        UserCommand::Activate(_) => Verb::UserActivate,
        UserCommand::Deactivate(_) => Verb::UserDeactivate,
        UserCommand::Verify(_) => Verb::UserVerify,
        UserCommand::Edit(_) => Verb::UserEdit,
        UserCommand::Delete(_) => Verb::UserDelete,
        UserCommand::Why(args) if tries_password(&args.password) => Verb::UserWhyPassword,
        UserCommand::Why(_) => Verb::UserWhy,
        UserCommand::Import(_) => Verb::UserImport,
        UserCommand::Export(_) => Verb::UserExport,
    }
}

fn tries_password(given: &GivenPassword) -> bool {
    given.password_stdin || given.password_file.is_some()
}

fn of_token(command: &TokenCommand) -> Verb {
    match command {
        TokenCommand::Issue(_) => Verb::TokenIssue,
        TokenCommand::Inspect(args) if args.no_verify => Verb::InspectUnverified,
        TokenCommand::Inspect(_) => Verb::TokenInspect,
        TokenCommand::Verify(_) => Verb::TokenVerify,
    }
}

fn of_audit(command: &AuditCommand) -> Verb {
    match command {
        AuditCommand::List(_) => Verb::AuditList,
        AuditCommand::Show(_) => Verb::AuditShow,
        AuditCommand::Verify(_) => Verb::AuditVerify,
        AuditCommand::Export(_) => Verb::AuditExport,
        AuditCommand::Head(_) => Verb::AuditHead,
        AuditCommand::Prune(_) => Verb::AuditPrune,
    }
}

fn of_database(command: &DbCommand) -> Verb {
    match command {
        DbCommand::Backup(_) => Verb::DbBackup,
        DbCommand::Restore(_) => Verb::DbRestore,
        DbCommand::Check(_) => Verb::DbCheck,
        DbCommand::Info(_) => Verb::DbInfo,
    }
}

/// What the command line says about the key, where the command takes one; a session is judged with the same.
pub fn key(command: &Command) -> Option<&KeyArgs> {
    match command {
        Command::Login(args) => Some(&args.key),
        Command::Whoami(args) => Some(&args.key),
        Command::Doctor(args) => Some(&args.key),
        Command::Token(args) => Some(match &args.command {
            TokenCommand::Issue(args) => &args.key,
            TokenCommand::Inspect(args) => &args.key,
            TokenCommand::Verify(args) => &args.key,
        }),
        Command::Init(_)
        | Command::Migrate(_)
        | Command::User(_)
        | Command::Lock(_)
        | Command::Unlock(_)
        | Command::SetRole(_)
        | Command::Logout(_)
        | Command::Audit(_)
        | Command::Db(_)
        | Command::Secret(_)
        | Command::Config(_)
        | Command::Completions(_)
        | Command::Man(_) => None,
    }
}
