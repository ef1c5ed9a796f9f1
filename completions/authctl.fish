# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_authctl_global_optspecs
    string join \n database= config= o/output= json csv-raw columns= q/quiet v/verbose color= n/dry-run y/yes no-input reason= busy-timeout= no-triggers V/version h/help
end

function __fish_authctl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_authctl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_authctl_using_subcommand
    set -l cmd (__fish_authctl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c authctl -n "__fish_authctl_needs_command" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_needs_command" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_needs_command" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_needs_command" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_needs_command" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_needs_command" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_needs_command" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_needs_command" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_needs_command" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_needs_command" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_needs_command" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_needs_command" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_needs_command" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_needs_command" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_needs_command" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_needs_command" -s V -l version -d 'Print the version (with -v: commit and SQLite version)'
complete -c authctl -n "__fish_authctl_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "init" -d 'Create a new database, with the first admin in the same step'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "migrate" -d 'Bring an existing database up to date, after a verified backup'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "user" -d 'Add, list, show and change accounts'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "login" -d 'Log in as the app does, and print its two tokens as JSON'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "lock" -d 'Lock accounts for a time'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "unlock" -d 'Free locked accounts: lock and counter together'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "set-role" -d 'Give an account another role'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "token" -d 'Issue, inspect and verify tokens'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c authctl -n "__fish_authctl_needs_command" -f -a "man" -d 'Print the man page, or write all of them into a directory'
complete -c authctl -n "__fish_authctl_using_subcommand init" -l admin-username -d 'Username of the first admin' -r
complete -c authctl -n "__fish_authctl_using_subcommand init" -l admin-email -d 'E-mail of the first admin' -r
complete -c authctl -n "__fish_authctl_using_subcommand init" -l password-file -d 'Read the password from a file (one line)' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand init" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand init" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand init" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand init" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand init" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand init" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand init" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand init" -l password-stdin -d 'Read the password from standard input (one line)'
complete -c authctl -n "__fish_authctl_using_subcommand init" -l generate -d 'Make a password and print it once, alone, on stdout'
complete -c authctl -n "__fish_authctl_using_subcommand init" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand init" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand init" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand init" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand init" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand init" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand init" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand init" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -l no-backup -d 'Do not make a backup first'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -f -a "status" -d 'Show each step, applied or pending'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -f -a "plan" -d 'Print the exact SQL that would run'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and not __fish_seen_subcommand_from status plan check" -f -a "check" -d 'Exit 0 where the database is up to date, 9 where not'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from plan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand migrate; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -f -a "add" -d 'Add an account'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -f -a "list" -d 'List accounts'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -f -a "show" -d 'Show everything about accounts but hash and salt'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -f -a "passwd" -d 'Set a new password'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -f -a "activate" -d 'Let accounts log in again'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -f -a "deactivate" -d 'Keep accounts out, and end their tokens at once'
complete -c authctl -n "__fish_authctl_using_subcommand user; and not __fish_seen_subcommand_from add list show passwd activate deactivate verify" -f -a "verify" -d 'Mark the e-mail of accounts as verified'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l email -d 'E-mail, by which the app looks the account up' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l role -d 'Role [default: the column\'s default, else the first of those offered]' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l full-name -d 'Full name' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l customer -d 'Customer, on a database that has customers' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l password-file -d 'Read the password from a file (one line)' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l inactive -d 'Add it inactive'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l verified -d 'Add it with its e-mail verified'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l if-missing -d 'The same account being there already is no error'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l password-stdin -d 'Read the password from standard input (one line)'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l generate -d 'Make a password and print it once, alone, on stdout'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l role -d 'Only this role' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l match -d 'Only accounts with this text in username, e-mail or full name' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l sort -d 'Order: id, username, email, role, created_at, last_login, failed_login_attempts, locked_until' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l limit -d 'At most this many' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l after -d 'Only ids above this one: the next page' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l locked -d 'Only locked accounts, stuck ones among them'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l stuck -d 'Only stuck accounts: the app answers 500 on their logins'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l inactive -d 'Only inactive accounts'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l unverified -d 'Only accounts whose e-mail is not verified'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l no-password -d 'Only accounts without a password'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l count -d 'Print only how many there are'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -l password-file -d 'Read the password from a file (one line)' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -l password-stdin -d 'Read the password from standard input (one line)'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -l generate -d 'Make a password and print it once, alone, on stdout'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from passwd" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from activate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l force -d 'Even the last active admin'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from deactivate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand user; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l password-file -d 'Read the password from a file (one line)' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand login" -l secret-file -d 'Read the signing key from a file (one line end is removed)' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand login" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand login" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand login" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand login" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand login" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand login" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand login" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand login" -l password-stdin -d 'Read the password from standard input (one line)'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l rehash -d 'Replace an outdated hash after a successful login'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l insecure-default-key -d 'Allow the app\'s built-in key, which everybody knows'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand login" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand login" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand login" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand login" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand login" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand lock" -l for -d 'For this long: 90s, 30m, 2h, 7d, 2w [default: the configured lockout, 30m]' -r
complete -c authctl -n "__fish_authctl_using_subcommand lock" -l until -d 'Until this time: RFC 3339, YYYY-MM-DD [HH:MM[:SS]] (UTC), or +2h' -r
complete -c authctl -n "__fish_authctl_using_subcommand lock" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand lock" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand lock" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand lock" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand lock" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand lock" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand lock" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand lock" -l forever -d 'Without end'
complete -c authctl -n "__fish_authctl_using_subcommand lock" -l deactivate -d 'Deactivate too, which ends tokens at once'
complete -c authctl -n "__fish_authctl_using_subcommand lock" -l force -d 'Even the last active admin'
complete -c authctl -n "__fish_authctl_using_subcommand lock" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand lock" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand lock" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand lock" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand lock" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand lock" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand lock" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand lock" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand lock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -l expired -d 'Free those whose time has passed, and rewrite future locks that the app cannot read (for cron)'
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -l all-locked -d 'Free all of them'
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -l reactivate -d 'Activate inactive accounts too'
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand unlock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -l expect -d 'Only if the account has this role now' -r
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -l force -d 'Even the last active admin'
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand set-role" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -f -a "issue" -d 'Issue a token for an account: the token alone on stdout'
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -f -a "inspect" -d 'Show a token in words: verdict, claims, times, all problems'
complete -c authctl -n "__fish_authctl_using_subcommand token; and not __fish_seen_subcommand_from issue inspect verify" -f -a "verify" -d 'Judge tokens for scripts: one line each, exit 6 if any is bad'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l type -d 'The type' -r -f -a "access\t'Opens the app'
refresh\t'Gets a new access token'"
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l ttl -d 'Lifetime: 90s, 30m, 2h, 7d [default: the configured one]' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l claim -d 'Add a claim with a text' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l claim-json -d 'Add a claim with a JSON value' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l user-id -d 'With --offline: the claim user_id' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l email -d 'With --offline: the claim email' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l role -d 'With --offline: the claim role' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l secret-file -d 'Read the signing key from a file (one line end is removed)' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l allow-long-ttl -d 'Allow a lifetime above 24 hours and above the configured one'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l force -d 'Even for a locked or inactive account'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l offline -d 'Look at no database and record no event; the three options below say whose token it is'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l insecure-default-key -d 'Allow the app\'s built-in key, which everybody knows'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from issue" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l file -d 'Read the token from a file' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l type -d 'The type that it must have' -r -f -a "access\t'Opens the app'
refresh\t'Gets a new access token'"
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l leeway -d 'By how much exp, nbf and iat may be missed' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l secret-file -d 'Read the signing key from a file (one line end is removed)' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l no-verify -d 'Do not judge: exit 0 for all that decodes'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l insecure-default-key -d 'Allow the app\'s built-in key, which everybody knows'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -l type -d 'The type that each must have' -r -f -a "access\t'Opens the app'
refresh\t'Gets a new access token'"
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -l leeway -d 'By how much exp, nbf and iat may be missed' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -l secret-file -d 'Read the signing key from a file (one line end is removed)' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -l insecure-default-key -d 'Allow the app\'s built-in key, which everybody knows'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand token; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand completions" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c authctl -n "__fish_authctl_using_subcommand man" -l out -d 'Write one page per command into this directory' -r -f -a "(__fish_complete_directories)"
complete -c authctl -n "__fish_authctl_using_subcommand man" -l database -d 'The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand man" -l config -d 'The configuration file [default: ./authctl.toml, then the platform\'s directory]' -r -F
complete -c authctl -n "__fish_authctl_using_subcommand man" -s o -l output -d 'How results are printed' -r -f -a "table\t'For people'
json\t'One JSON document'
jsonl\t'One JSON object a line'
csv\t'CSV with a header'"
complete -c authctl -n "__fish_authctl_using_subcommand man" -l columns -d 'Only these columns, in this order' -r
complete -c authctl -n "__fish_authctl_using_subcommand man" -l color -d 'Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]' -r -f -a "auto\t'On a terminal that can show them'
always\t'Even into a file'
never\t'Nowhere'"
complete -c authctl -n "__fish_authctl_using_subcommand man" -l reason -d 'Why; recorded in the event' -r
complete -c authctl -n "__fish_authctl_using_subcommand man" -l busy-timeout -d 'How long to wait for a lock of another process [default: 5s]' -r
complete -c authctl -n "__fish_authctl_using_subcommand man" -l json -d 'Short for --output json: one document on stdout, errors as JSON on stderr'
complete -c authctl -n "__fish_authctl_using_subcommand man" -l csv-raw -d 'In CSV, print texts as they are: not escaped, not guarded against formulas'
complete -c authctl -n "__fish_authctl_using_subcommand man" -s q -l quiet -d 'Say nothing but results, warnings and errors'
complete -c authctl -n "__fish_authctl_using_subcommand man" -s v -l verbose -d 'Say more'
complete -c authctl -n "__fish_authctl_using_subcommand man" -s n -l dry-run -d 'Run the whole transaction, then roll it back; the file stays byte for byte as it is'
complete -c authctl -n "__fish_authctl_using_subcommand man" -s y -l yes -d 'Answer every confirmation with yes'
complete -c authctl -n "__fish_authctl_using_subcommand man" -l no-input -d 'Never ask: exit 2 where an answer is missing'
complete -c authctl -n "__fish_authctl_using_subcommand man" -l no-triggers -d 'Refuse to write where the table users has triggers'
complete -c authctl -n "__fish_authctl_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
