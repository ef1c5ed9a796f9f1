//! Examples below the help of a command: lines that work as they stand, for accounts, files and keys of these names.
//!
//! What a newcomer would get wrong: clap breaks what is wider than the terminal, and a command that is broken cannot
//! be copied. No line is wider than 80 columns; a test measures them, and parses each.

pub(super) const INIT: &str = "\
Example:
  authctl init --admin-username root-admin --admin-email admin@example.org";

pub(super) const USER_ADD: &str = "\
Example:
  authctl user add dr-lena --email lena@example.org --role therapist --generate";

pub(super) const USER_LIST: &str = "\
Examples:
  authctl user list --locked
  authctl user list --role patient --sort last_login:desc --limit 20
  authctl user list --no-password --json | jq -r '.[].email'";

pub(super) const USER_SHOW: &str = "\
Examples:
  authctl user show dr-lena
  authctl user show id:57 email:lena@example.org --json
  authctl user show - < names.txt";

pub(super) const USER_PASSWD: &str = "\
Examples:
  authctl user passwd dr-lena
  authctl user passwd dr-lena --generate
  authctl user passwd dr-lena --password-file password.txt";

pub(super) const USER_ACTIVATE: &str = "\
Examples:
  authctl user activate dr-lena
  authctl user activate - < names.txt";

pub(super) const USER_DEACTIVATE: &str = "\
Examples:
  authctl user deactivate dr-lena --reason 'left the practice'
  authctl user deactivate - --dry-run < names.txt";

pub(super) const USER_VERIFY: &str = "\
Examples:
  authctl user verify dr-lena
  authctl user verify - --reason 'called them' < names.txt";

pub(super) const USER_EDIT: &str = "\
Examples:
  authctl user edit dr-lena --email lena.berg@example.org
  authctl user edit id:57 --username lena-berg --full-name 'Lena Berg'
  authctl user edit dr-lena --full-name ''";

pub(super) const USER_DELETE: &str = "\
Examples:
  authctl user delete dr-lena --dry-run
  authctl user delete dr-lena --reason 'asked for it'
  authctl user delete - --yes < names.txt";

pub(super) const USER_WHY: &str = "\
Examples:
  authctl user why dr-lena
  authctl user why dr-lena --password-stdin < password.txt";

pub(super) const LOGIN: &str = "\
Examples:
  authctl login dr-lena
  authctl login dr-lena --password-file password.txt | jq -r .access_token
  authctl login root-admin --save && authctl --as-session user list";

pub(super) const LOCK: &str = "\
Examples:
  authctl lock dr-lena --for 2h --reason 'phone lost'
  authctl lock dr-lena --until '2030-01-31 08:00'
  authctl lock dr-lena --forever --deactivate";

pub(super) const UNLOCK: &str = "\
Examples, the second one for cron:
  authctl unlock dr-lena
  authctl unlock --expired -q";

pub(super) const SET_ROLE: &str = "\
Examples:
  authctl set-role dr-lena therapist
  authctl set-role dr-lena admin --expect therapist --dry-run";

pub(super) const TOKEN_ISSUE: &str = "\
Examples, the second one without a database:
  TOKEN=$(authctl token issue dr-lena --ttl 5m)
  authctl token issue --offline --user-id 6 --email a@example.org --role patient";

pub(super) const TOKEN_INSPECT: &str = "\
Examples:
  authctl token inspect --file token.txt
  authctl login dr-lena | authctl token inspect -";

pub(super) const TOKEN_VERIFY: &str = "\
Examples:
  authctl token verify \"$TOKEN\" && echo good
  authctl token verify - --leeway 30s < tokens.txt";

pub(super) const SECRET_GENERATE: &str = "\
Examples:
  authctl secret generate --write
  authctl secret generate > key.txt
  authctl token issue dr-lena --secret-file key.txt";

pub(super) const COMPLETIONS: &str = "\
Examples; the directory must be there (README.md has elvish and PowerShell):
  authctl completions bash > ~/.local/share/bash-completion/completions/authctl
  authctl completions zsh > ~/.zfunc/_authctl   # with fpath=(~/.zfunc $fpath)
  authctl completions fish > ~/.config/fish/completions/authctl.fish";

pub(super) const DB_BACKUP: &str = "\
Example, for cron:
  authctl db backup --database /srv/app/app.db --keep 14 -q";
