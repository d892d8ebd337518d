#!/bin/bash
# run-check.sh <file> <function>: one check, as `hanbat task mark` starts it; with undo_all_ as the function, what that check made
# is taken away again. HANBAT_ENV is the shell lines of the judge, HANBAT_CHECKS the pack's folder of checks. The last record
# tells that it came to its end.
set -u
. "$HANBAT_ENV"
. "$(dirname "${BASH_SOURCE[0]}")/helpers.sh"
cd "$HANBAT_CHECKS" || exit 1
if [ -e lib.sh ]; then . ./lib.sh; fi
. "./$1"
if [ "$2" = undo_all_ ]; then undo_all_; exit; fi
"$2"
record_ ended
