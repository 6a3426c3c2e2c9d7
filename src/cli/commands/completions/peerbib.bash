# Completion of peerbib for bash, from version 4.4.
#
# Bash cuts words at : and =, which stand within tags, queries and options here. They are put together
# again for peerbib, and what bash holds for an earlier word is taken off its answers.

_peerbib() {
    local line=${COMP_LINE:0:COMP_POINT} word piece= current index
    local -a words=()
    for ((index = 0; index <= COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        piece=$line
        line=${line#"${line%%[![:space:]]*}"}
        if ((index == 0)) || [[ $piece != "$line" || -z $word ]]; then
            words+=("")
        fi
        if ((index == COMP_CWORD)); then
            word=$line
        fi
        words[${#words[@]} - 1]+=$word
        line=${line#"$word"}
        piece=$word
    done
    current=${words[${#words[@]} - 1]}

    # What stands before the part of the word that bash will put the answer in place of.
    local before=${current%"$piece"}
    if [[ $piece != *[!:=@]* ]]; then
        before=$current
    fi

    local listing=
    if [[ $COMP_TYPE == 63 ]]; then
        listing=1
    fi
    local -a offers=()
    mapfile -t offers < <(
        PEERBIB_COMPLETE=bash PEERBIB_COMPLETE_LISTING=$listing COLUMNS=$COLUMNS \
            "${COMP_WORDS[0]}" -- "${words[@]}" 2>/dev/null
    )

    local offer
    COMPREPLY=()
    for offer in "${offers[@]}"; do
        offer=${offer#"$before"}
        # Within quotation marks, and in a list that is only shown, everything stands as it is.
        if [[ -z $listing && $current != [\'\"]* && $offer == *[[:space:]\'\"\\\$\&\;\|\<\>\(\)\*\?\[\]\!\`#]* ]]; then
            printf -v offer %q "$offer"
        fi
        COMPREPLY+=("$offer")
    done
    if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == *[:=/,] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

complete -o nosort -o bashdefault -o default -F _peerbib peerbib
