#!/usr/bin/env bash
# Everything over HTTP with curl. SERVER is where `youju serve` listens; KEY a key of `youju key add`, where it asks for one.
#
#     SERVER=http://127.0.0.1:7860 examples/ask.sh 合肥到2027年要有多少家量子企业？
set -euo pipefail
SERVER=${SERVER:-http://127.0.0.1:7860}
QUESTION=${1:?ask something}
send() { curl --silent --show-error --fail-with-body --no-buffer ${KEY:+--header "Authorization: Bearer $KEY"} "$@"; }
quoted=$(printf '%s' "$QUESTION" | sed 's/[\\"]/\\&/g')
body() { printf '{"question": "%s", %s}' "$quoted" "$1"; }
json=(--header 'Content-Type: application/json')

echo '— the answer, with its citations'
send "${json[@]}" --data "$(body '"sentences": 2')" "$SERVER/api/ask"
echo
echo '— the same as it comes: citation, sentence, done'
send "${json[@]}" --data "$(body '"stream": true')" "$SERVER/api/ask"
echo
echo '— the three nearest sentences'
send "${json[@]}" --data "$(body '"k": 3')" "$SERVER/api/search"
echo
echo '— in the form of OpenAI, with footnotes'
send "${json[@]}" --data "$(printf '{"model": "youju", "messages": [{"role": "user", "content": "%s"}], "youju": {"footnotes": true}}' "$quoted")" "$SERVER/v1/chat/completions"
echo
