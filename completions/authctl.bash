# Completion of authctl in bash. Load it with: source <(authctl completions bash)
# The words come from authctl itself, accounts and roles from the database that the line names.

_authctl() {
    local -a words=() found=()
    local line=${COMP_LINE:0:COMP_POINT} index=-1 word blanks value

    # bash also splits words at : = @, which names and options hold; here they are joined again.
    line=${line#*"${COMP_WORDS[0]}"}
    words[0]=${COMP_WORDS[0]}
    index=0
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        blanks=${line%%[![:blank:]]*}
        line=${line#"$blanks"}
        if [[ -n $blanks ]]; then
            index=$((index + 1))
            words[index]=
        fi
        # The last word ends at the cursor.
        [[ $line == "$word"* ]] || word=$line
        words[index]+=$word
        line=${line#"$word"}
    done
    local current=${words[index]}

    # The program that was typed, where it was typed with its path.
    local program=${words[0]/#\~\//$HOME/}
    [[ $program == */* && -x $program ]] || program=authctl
    while IFS= read -r -d $'\v' value; do
        found+=("$value")
    done < <(AUTHCTL_COMPLETE=bash "$program" -- "${words[@]}" 2>/dev/null)

    # bash puts a candidate in the place of what stands behind the last of the characters that it splits at; an @ is
    # replaced with it.
    local breaks=${COMP_WORDBREAKS//[^:=@]/} stem=
    if [[ $current != [\"\']* && -n $breaks && $current == *["$breaks"]* ]]; then
        stem=${current%"${current##*["$breaks"]}"}
        stem=${stem%@}
    fi
    COMPREPLY=()
    for value in "${found[@]}"; do
        [[ $value == "$stem"* ]] || continue
        value=${value#"$stem"}
        case $current in
            [\"\']*)
                # Inside quotes only what means itself there.
                [[ $value == *[\"\'\\\$\`\!]* ]] && continue
                ;;
            *)
                printf -v value %q "$value"
                ;;
        esac
        COMPREPLY+=("$value")
    done
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

complete -o nosort -F _authctl authctl 2>/dev/null || complete -F _authctl authctl
