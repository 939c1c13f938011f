#!/bin/sh
# The API by curl alone: register, log in, call a protected endpoint, refresh, list the sessions, log out.
#
#   sh examples/curl.sh
#   AUTHAPI=https://auth.example.org sh examples/curl.sh
#   AUTHAPI_USERNAME=ann AUTHAPI_PASSWORD='…' sh examples/curl.sh   use an existing account
#   AUTHAPI_USERNAME=ann sh examples/curl.sh forgot                 ask for a mail with a link for a new password
#   sh examples/curl.sh reset                                       set the new password; asks for that link
#
# Secret bodies and headers go to curl in files: everybody on the machine can read its arguments.
set -eu

api=${AUTHAPI:-http://127.0.0.1:8000}
api=${api%/}
json='Content-Type: application/json'

umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

fail() {
    printf '%s\n' "curl.sh: $*" >&2
    exit 1
}

# random N: N random bytes in hexadecimal.
random() {
    od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'
}

# field NAME: the value of a member of the last answer. It does not undo JSON's escapes, which tokens never have.
field() {
    sed -n 's/.*"'"$1"'" *: *"\([^"]*\)".*/\1/p' "$work/answer"
}

# call NAME METHOD PATH [CURL OPTIONS]: send a request, and stop unless it is answered by a 200 or by the
# error code $expected.
call() {
    what=$1 method=$2 path=$3
    shift 3
    status=$(curl --silent --show-error --max-time 20 --request "$method" \
        --output "$work/answer" --write-out '%{http_code}' "$@" "$api$path" 2>"$work/problem") ||
        fail "$what: no answer from $api ($(cat "$work/problem")). Is AUTHAPI right, and the service running?"
    [ -n "$(field status)" ] ||
        fail "$what: $api$path answered $status, but is not an authapi server. Is AUTHAPI right?"
    [ "$status" = 200 ] || [ "$(field code)" = "${expected:-none}" ] ||
        fail "$what: $status $(cat "$work/answer")"
    message=$(field message)
    [ "$status" = 200 ] || message=$(field code)
    printf '%-10s %s\n' "$what" "${message:-ok}"
}

# post NAME PATH BODY [CURL OPTIONS]
post() {
    what=$1 path=$2 body=$3
    shift 3
    printf '%s' "$body" >"$work/body"
    call "$what" POST "$path" --header "$json" --data-binary "@$work/body" "$@"
}

# keep_tokens: remember both tokens of the last answer.
keep_tokens() {
    refresh_token=$(field refresh_token)
    printf 'Authorization: Bearer %s\n' "$(field access_token)" >"$work/bearer"
}

# escaped TEXT: the text as it stands in a JSON string.
escaped() {
    printf '%s' "$1" | sed 's/["\\]/\\&/g'
}

# ask QUESTION: read a line from standard input, escaped.
ask() {
    printf '%s: ' "$1" >&2
    IFS= read -r line || fail "no answer to: $1"
    escaped "$line"
}

command -v curl >/dev/null || fail "curl is not installed"

username=${AUTHAPI_USERNAME:-user-$(random 4)}
password=${AUTHAPI_PASSWORD:-$(random 12)}
name=$(escaped "$username")
credentials="{\"username\": \"$name\", \"password\": \"$(escaped "$password")\"}"

case ${1-} in
forgot)
    post forgot /password/forgot "{\"username\": \"$name\"}"
    exit
    ;;
reset)
    link=$(ask 'The link from the mail')
    new=$(ask 'The new password')
    post reset /password/reset "{\"token\": \"${link##*#}\", \"new_password\": \"$new\"}"
    exit
    ;;
esac

# With the same Idempotency-Key a request whose answer was lost can be sent again: it gets the same answer.
[ -n "${AUTHAPI_PASSWORD-}" ] ||
    post register /register "$credentials" --header "Idempotency-Key: $(random 16)"

# For an account with two-factor authentication the answer has an mfa_token, to be sent with a code.
expected=second_factor_required
post login /authenticate "$credentials" --header "Idempotency-Key: $(random 16)"
expected=
if [ "$(field code)" = second_factor_required ]; then
    code=$(ask 'Code of the authenticator app, or a recovery code')
    post code /authenticate/second "{\"mfa_token\": \"$(field mfa_token)\", \"code\": \"$code\"}" \
        --header "Idempotency-Key: $(random 16)"
fi
keep_tokens

call protected GET /protected --header "@$work/bearer"

# A refresh token can be used once. A client that lost the answer sends the same token with the same
# Idempotency-Key again, and gets the same new tokens.
printf 'Idempotency-Key: %s\n' "$(random 16)" >"$work/key"
post refresh /refresh "{\"refresh_token\": \"$refresh_token\"}" --header "@$work/key"
post again /refresh "{\"refresh_token\": \"$refresh_token\"}" --header "@$work/key"
keep_tokens

call sessions GET /sessions --header "@$work/bearer"
cat "$work/answer"

post logout /logout "{\"refresh_token\": \"$refresh_token\"}"

printf '\n%s\n' "Everything worked, for the user $username."
