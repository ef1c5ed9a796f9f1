//! The commands, as the table of rights knows them.
//!
//! What a newcomer would get wrong: an option can be more than its command. `lock --deactivate` ends tokens,
//! which `lock` does not, so it is a verb of its own.

/// One list for the variants, their names and [`Verb::ALL`], so that none can be forgotten.
macro_rules! verbs {
    ($($verb:ident $name:literal,)+) => {
        /// A command, or a command with an option that needs another right.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Verb {
            $(#[doc = concat!("`", $name, "`.")] $verb,)+
        }

        impl Verb {
            /// All of them, in the order of the help.
            pub const ALL: &[Self] = &[$(Self::$verb),+];

            /// As it is typed.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$verb => $name,)+
                }
            }
        }
    };
}

impl Verb {
    /// The same command without the option that makes it a verb of its own.
    #[must_use]
    pub fn plain(self) -> Self {
        let (command, _) = self.as_str().split_once(" --").unwrap_or((self.as_str(), ""));
        Self::ALL.iter().copied().find(|verb| verb.as_str() == command).unwrap_or(self)
    }
}

verbs! {
    Init "init",
    Migrate "migrate",
    MigrateStatus "migrate status",
    MigratePlan "migrate plan",
    MigrateCheck "migrate check",
    MigrateRehearse "migrate rehearse",
    UserAdd "user add",
    UserList "user list",
    UserShow "user show",
    UserPasswd "user passwd",
    UserActivate "user activate",
    UserDeactivate "user deactivate",
    UserVerify "user verify",
    UserEdit "user edit",
    UserDelete "user delete",
    UserWhy "user why",
    UserWhyPassword "user why --password-stdin",
    UserImport "user import",
    UserExport "user export",
    Login "login",
    Lock "lock",
    LockDeactivate "lock --deactivate",
    Unlock "unlock",
    UnlockReactivate "unlock --reactivate",
    SetRole "set-role",
    TokenIssue "token issue",
    TokenInspect "token inspect",
    InspectUnverified "token inspect --no-verify",
    TokenVerify "token verify",
    Whoami "whoami",
    Logout "logout",
    AuditList "audit list",
    AuditShow "audit show",
    AuditVerify "audit verify",
    AuditExport "audit export",
    AuditHead "audit head",
    AuditPrune "audit prune",
    DbBackup "db backup",
    DbRestore "db restore",
    DbCheck "db check",
    DbInfo "db info",
    Doctor "doctor",
    SecretGenerate "secret generate",
    ConfigShow "config show",
    Completions "completions",
    Man "man",
}
