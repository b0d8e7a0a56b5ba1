#!/usr/bin/env bash
# Tries SQL injection with sqlmap on three authenticated routes of the built program on PostgreSQL, and fails if it finds any.
# Usage: build/sqlmap.sh [LEVEL] [RISK]   sqlmap's own levels, 1 to 5 and 1 to 3; the default of 2 and 2 takes a few minutes.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. build/lib.sh

command -v sqlmap >/dev/null || install_packages sqlmap
level=${1:-2} risk=${2:-2}
email=sqlmap@example.org password="three routes to try"
start_servers
start_program "ConnectionStrings__Postgres=$CLEANLLM_TEST_POSTGRES" "Admin__Email=$email" "Admin__Password=$password" RateLimiting__Enabled=false

token=$(curl -fsS "$program_url/api/v1/auth/login" --json "{\"email\":\"$email\",\"password\":\"$password\"}" |
    sed -E 's/.*"accessToken":"([^"]+)".*/\1/')
[ -n "$token" ] || die "the admin could not sign in"

found=0
attack() { # NAME ARGUMENTS…
    local name=$1 log=$scratch/sqlmap-$1.log
    shift
    sqlmap --batch --flush-session --output-dir="$scratch/sqlmap" --level="$level" --risk="$risk" --threads=2 --timeout=30 \
        --headers="Authorization: Bearer $token" --ignore-code=400,404,415,422 --dbms=PostgreSQL "$@" >"$log" 2>&1
    if grep -qE "is vulnerable|identified the following injection|Parameter: .*\(" "$log"; then
        printf '%s: INJECTABLE\n' "$name"
        grep -E "Parameter:|Type:|Payload:" "$log"
        found=1
    elif grep -q "do not appear to be injectable" "$log"; then
        printf '%s: not injectable\n' "$name"
    else
        tail -n 5 "$log"
        die "sqlmap did not finish on $name"
    fi
}

attack users --url="$program_url/api/v1/admin/users?q=ada&limit=5" -p q,limit
attack audit --url="$program_url/api/v1/admin/audit?action=session.signed_in&actor=00000000-0000-7000-8000-000000000001&limit=5" -p action,actor,limit
attack chats --url="$program_url/api/v1/chats" --method=POST --data='{"title":"a","model":"simulated","systemPrompt":"b"}' \
    --headers="Authorization: Bearer $token\nContent-Type: application/json"

# An SQL error would have been a 500 and a line in the log.
errors=$(grep -cE "PostgresException|syntax error at|Unhandled failure" "$scratch/program.log")
printf 'SQL errors in the log: %s\n' "$errors"
exit $((found + (errors > 0)))
