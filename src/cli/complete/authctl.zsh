#compdef authctl
# Completion of authctl in zsh. Load it with: source <(authctl completions zsh)
# or put it into a directory of $fpath, under the name _authctl.
# The words come from authctl itself, accounts and roles from the database that the line names.

_authctl() {
    local -a found plain paths
    local item

    # The program that was typed, where it was typed with its path.
    local program=${words[1]/#\~\//$HOME/}
    [[ $program == */* && -x $program ]] || program=authctl
    found=("${(@f)$(AUTHCTL_COMPLETE=zsh "$program" -- "${(@)words[1,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
    for item in "${found[@]}"; do
        case $item in
            '') ;;
            */) paths+=("$item") ;;
            *) plain+=("$item") ;;
        esac
    done
    (( $#plain )) && _describe -V 'values' plain
    (( $#paths )) && _describe -V 'directories' paths -S ''
    (( $#plain + $#paths ))
}

if [[ $funcstack[1] == _authctl ]]; then
    _authctl "$@"
else
    compdef _authctl authctl
fi
