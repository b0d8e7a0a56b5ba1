#!/usr/bin/env bash
# Runs clients and coding assistants of other makers, unmodified, against /v1 of the built program, whose models come from two
# OpenAI-compatible servers with default settings. Ends with one line: N passed, N failed. Loopback only, once the packages are there.
# Usage: build/clients.sh [--no-build] [--no-install] [CLIENT…]   e.g. build/clients.sh openai opencode
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. build/lib.sh

build=true install=true clients=()
for argument in "$@"; do
    case "$argument" in
        --no-build) build=false ;;
        --no-install) install=false ;;
        -h | --help) sed -n '2,4s/^# //p' "$0"; exit ;;
        -*) die "unknown option $argument" ;;
        *) [ -f "build/clients/$argument.mjs" ] || die "no client is called $argument"; clients+=("$argument") ;;
    esac
done
[ ${#clients[@]} -gt 0 ] || clients=(openai ai-sdk langchain llamaindex openai-agents qwen-code opencode)
seconds=240 passed=0 failed=0 pids=()

# A server of build/clients in the background; its port comes back in `port`.
start_node() { # SCRIPT [ARGUMENT…]
    port=$(free_port)
    node "build/clients/$1.mjs" "$port" "${@:2}" >"$scratch/$1.log" 2>&1 &
    pids+=($!)
    wait_until 180 curl -sS "http://127.0.0.1:$port/" || { cat "$scratch/$1.log" >&2; die "$1 did not start"; }
}

stop_all() {
    local pid
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
    stop_servers
}

# One client in a home folder of its own, with an environment that knows nothing of the caller's. It prints its own line.
run_client() {
    local name=$1 home=$scratch/$1 line ok bad
    mkdir -p "$home/tmp"
    line=$(env -i PATH="$PATH" LANG=C.UTF-8 HOME="$home" TMPDIR="$home/tmp" XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" \
        XDG_CACHE_HOME="$home/cache" XDG_STATE_HOME="$home/state" NO_COLOR=1 CI=1 DO_NOT_TRACK=1 \
        BASE_URL="$program_url/v1" API_KEY="$key" UPSTREAM_URL="$upstream_url" \
        timeout --kill-after=10 "$seconds" node "build/clients/$name.mjs" </dev/null | tail -n 1)
    ok=$(sed -nE 's/.*: ([0-9]+) checks passed, [0-9]+ failed$/\1/p' <<<"$line")
    bad=$(sed -nE 's/.*: [0-9]+ checks passed, ([0-9]+) failed$/\1/p' <<<"$line")
    if [ -z "$ok" ]; then line="$name: ended without a result, or was stopped after $seconds seconds" ok=0 bad=1; fi
    printf '%s\n' "$line"
    passed=$((passed + ok)) failed=$((failed + bad))
}

install_missing
if $build; then
    say "Building"
    dotnet build src/WebApi --configuration "$configuration" -v quiet || die "the build failed"
fi
if $install; then
    say "Installing the clients"
    # Without scripts: what they would download is in packages for this platform, or not needed.
    # Not "npm ci": it refuses a lock file that lacks optional packages of other systems, which a registry may not have.
    (cd build/clients && retry npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error) || die "npm install failed"
fi

scratch=$(mktemp -d "${TMPDIR:-/tmp}/cleanllm-clients.XXXXXX")
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
upstream_key=$(head -c 18 /dev/urandom | base64 | tr '+/' '-_')
start_node upstream "$upstream_key"
upstream_url=http://127.0.0.1:$port
start_node other
other_url=http://127.0.0.1:$port
unset ConnectionStrings__Postgres ConnectionStrings__Redis
# Nothing is said of the servers but where they are, so that their models are those they list.
start_program \
    Ai__Providers__0__Name=scripted Ai__Providers__0__BaseUrl="$upstream_url/v1" Ai__Providers__0__ApiKey="$upstream_key" \
    Ai__Providers__1__Name=other Ai__Providers__1__BaseUrl="$other_url/v1" Ai__Providers__1__ApiKey=any
key=$(node build/clients/account.mjs "$program_url") || die "no API key could be made"

say "Running"
for client in "${clients[@]}"; do run_client "$client"; done
printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
