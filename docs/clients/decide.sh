#!/bin/sh
# Ask whether bidders are barred: decide.sh REQUEST.json prints the decision. Needs curl.
# DECIDE_URL and DECIDE_KEY come from the environment; the key goes through a file descriptor, not the command line.
# DECIDE_ONCE names this act of asking: give it again to have the same decision again, another one for another look.
set -eu
url=${DECIDE_URL:-http://127.0.0.1:8000}
once=${DECIDE_ONCE:-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}
{ [ -z "${DECIDE_KEY:-}" ] || printf 'header = "Authorization: Bearer %s"\n' "$DECIDE_KEY"; } |
    curl --config - --silent --show-error --fail-with-body --max-time 30 --retry 4 --retry-connrefused \
        --header 'Content-Type: application/json' \
        --header "Idempotency-Key: $once" \
        --data-binary "@$1" "$url/v1/decisions"
