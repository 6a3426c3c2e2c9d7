#compdef peerbib
# Completion of peerbib for zsh.

_peerbib() {
    local -a offers open closed
    local offer value
    offers=("${(@f)$(PEERBIB_COMPLETE=zsh ${words[1]} -- "${(@Q)words[1,CURRENT-1]}" "${PREFIX}" 2>/dev/null)}")
    for offer in $offers; do
        # A colon within the value has a backslash before it; the first without one ends the value.
        value=${${offer//\\:/$'\0'}%%:*}
        case ${value//$'\0'/:} in
            (*[:=/,]) open+=("$offer") ;;
            (?*) closed+=("$offer") ;;
        esac
    done
    (($#closed)) && _describe -V 'peerbib' closed
    (($#open)) && _describe -V 'peerbib' open -S ''
    (($#closed || $#open)) || _files
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _peerbib "$@"
else
    compdef _peerbib peerbib
fi
