# Completion of peerbib for fish.

function __peerbib_offers
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    PEERBIB_COMPLETE=fish $words[1] -- $words "$current" 2>/dev/null
end

complete --command peerbib --no-files --keep-order --arguments '(__peerbib_offers)'
