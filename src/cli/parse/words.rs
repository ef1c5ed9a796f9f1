//! What people type who know other tools, and what it is here.
//!
//! What a newcomer would get wrong: a command is named here as it stands behind `authctl`. A test follows each.

/// Words of other tools for our commands.
pub(super) const SYNONYMS: [(&[&str], &str); 16] = [
    (&["signin", "sign-in"], "login"),
    (&["signout", "sign-out"], "logout"),
    (&["session"], "whoami"),
    (&["log", "logs", "events"], "audit list"),
    (&["rm", "remove", "del", "drop"], "user delete"),
    (&["new", "create", "register", "useradd", "adduser"], "user add"),
    (&["ls", "users"], "user list"),
    (&["get", "view"], "user show"),
    (&["rename", "update", "modify", "change", "set", "usermod"], "user edit"),
    (&["password", "reset-password", "set-password", "change-password", "reset"], "user passwd"),
    (&["enable", "reactivate"], "user activate"),
    (&["disable"], "user deactivate"),
    (&["ban", "block"], "lock"),
    (&["unban", "unblock"], "unlock"),
    (&["role", "promote", "demote"], "set-role"),
    (&["explain", "diagnose"], "user why"),
];

/// Group, words that it does not have, and the command that is meant by them there, whatever they mean elsewhere.
pub(super) const IN_A_GROUP: [(&str, &[&str], &str); 5] = [
    ("user", &["info", "status", "details"], "user show"),
    ("user", &["check"], "user why"),
    ("token", &["show", "info", "decode", "view", "print"], "token inspect"),
    ("token", &["check", "validate"], "token verify"),
    ("token", &["new", "create", "add", "generate"], "token issue"),
];

/// What turns the sense of a word about, in front of it.
pub(super) const PREFIXES: [&str; 5] = ["in", "un", "de", "re", "dis"];

/// Options by which other tools name the account.
pub(super) const USER_OPTIONS: [&str; 5] = ["--user", "--username", "--email", "--id", "--name"];

/// Command, options that it does not have, and what does it.
pub(super) const OPTIONS: [(&str, &[&str], &str); 22] = [
    ("user add", &["--name"], "the name to log in with stands without an option, the other one is --full-name N"),
    ("user list", &["--active"], "only the contrary can be asked for, with --inactive; the column 'state' says which"),
    (
        "user list",
        &["--verified"],
        "only the contrary can be asked for, with --unverified; --columns username,is_verified says which",
    ),
    (
        "user list",
        &["--user", "--username", "--email", "--id", "--name", "--search", "--filter"],
        "--match TEXT lists those with it in a name or e-mail; authctl user show USER shows one",
    ),
    ("token verify", &["--file", "-f"], "tokens in a file are read so, one a line: authctl token verify - <FILE"),
    ("token issue", &["--id"], "USER stands without an option: authctl token issue id:57"),
    ("user edit", &["--name"], "give --username U or --full-name N"),
    ("user import", &["--role"], "a column 'role' gives each account its role"),
    ("user import", &["--verified", "--active", "--inactive"], "the columns 'verified' and 'active' say it, yes or no"),
    (
        "user import",
        &["--delimiter", "--separator", "--sep", "-d"],
        "comma, semicolon and tab are told apart without an option",
    ),
    ("user import", &["--file", "--input", "-f", "-i"], "the file stands without an option: authctl user import FILE"),
    (
        "user import",
        &["--force", "--update", "--overwrite", "--skip-existing", "--ignore-existing"],
        "an import changes no account that is there already; --if-missing accepts those that are the same",
    ),
    ("user import", &["--encoding", "--charset"], "the file must be UTF-8"),
    ("user export", &["--out", "--file", "--output-file", "-f"], "stdout is the export: authctl user export > FILE"),
    ("user export", &["--format"], "-o csv (the default), -o json or -o jsonl names the form"),
    (
        "user export",
        &["--role", "--locked", "--inactive", "--match", "--limit", "--sort", "--after"],
        "an export is of all accounts; authctl user list prints some of them, with -o csv too",
    ),
    ("user edit", &["--password"], "a password is changed with authctl user passwd USER"),
    ("user why", &["--fix"], "user why changes nothing; it ends with the command that helps"),
    ("user why", &["--generate"], "a new password is set with authctl user passwd USER --generate"),
    ("user delete", &["--all"], "name each USER, or give - and a list on standard input"),
    ("user delete", &["-f", "--confirm", "--yes-really"], "-y answers the question"),
    ("lock", &["--duration", "--minutes", "--time"], "the time is given with --for 30m or --until TIME"),
];

/// Options of any command, and what does it.
pub(super) const EVERYWHERE: [(&[&str], &str); 4] = [
    (&["--role"], "a role is changed with authctl set-role USER ROLE"),
    (&["--active", "--inactive"], "see authctl user activate and authctl user deactivate"),
    (&["--verified"], "an e-mail is marked as verified with authctl user verify USER"),
    (&["--db", "--db-path", "--file"], "the database is named with --database PATH"),
];

/// Commands after which people write one argument too many.
pub(super) const SURPLUS: [(&str, &str); 12] = [
    ("user add", "one USERNAME alone, its e-mail behind an option: authctl user add NAME --email E"),
    ("audit export", "it prints to standard output: >FILE keeps it; an account is named with --user USER"),
    ("audit list", "an account is named with --user USER, a file to write with >FILE"),
    ("audit verify", "a head that was kept is named with --head FILE"),
    ("audit head", "it prints to standard output: >FILE keeps it"),
    ("audit prune", "the time is named with --before TIME, the file to write with --export FILE"),
    ("user export", "an export goes to stdout, and is of all accounts: authctl user export > FILE"),
    ("user import", "one FILE at a time: authctl user import FILE"),
    ("user edit", "one USER at a time, and new values behind options: --username U, --email E, --full-name N"),
    ("user why", "one USER at a time: authctl user why NAME; a password to try comes from --password-stdin"),
    ("user passwd", "one USER alone: a password is asked for, or comes from --password-stdin or --generate"),
    ("login", "one USER alone: a password is asked for, or comes from --password-stdin"),
];

/// Commands that take no operand, and have none but the database to be about.
pub(super) const OF_THE_DATABASE: [&str; 8] =
    ["doctor", "db check", "db info", "migrate", "migrate status", "migrate plan", "migrate check", "migrate rehearse"];
