# Completion of authctl in fish. Load it with: authctl completions fish | source
# or put it into ~/.config/fish/completions, under the name authctl.fish.
# The words come from authctl itself, accounts and roles from the database that the line names.

function __authctl_complete
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    # The program that was typed, where it was typed with its path.
    set -l program authctl
    if string match --quiet '*/*' -- $words[1]; and test -x $words[1]
        set program $words[1]
    end
    env AUTHCTL_COMPLETE=fish $program -- $words "$current" 2>/dev/null
end

complete --command authctl --no-files --keep-order --arguments '(__authctl_complete)'
