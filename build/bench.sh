#!/usr/bin/env bash
# Measures the program in Release with everything on, beside a direct call of its AI server and PostgreSQL alone. Loopback only.
# Usage: build/bench.sh [--quick] [--secs N] [--rounds N] [--conns 1,16,64] [--users N] [--mode json,stream] [--out DIR] [--app DIR]
#   --quick     2 s, 1 round, 64 users and connections 1,16: shows that it runs, proves nothing
#   --secs      seconds of one run (default 5, at most 30)        --rounds  rounds, medians are reported (default 5, at most 15)
#   --conns     connections (each at most 256)                    --users   accounts that take turns (default 256, at most 512): one question at a time in each chat
#   --mode      json, stream or both                              --out     folder for the results (default artifacts/bench/TIME)
#   --slow      instead of all that: so many slow streams at once (at most 2,000), and what one costs in memory
#   --app       a published folder to measure instead of building this checkout
# Exits with 1 when a request failed or the ledger does not balance. How to read it: docs/performance.md
set -euo pipefail
cd "$(dirname "$0")/.."
. build/lib.sh

secs=5 rounds=5 conns=1,16,64 users=256 mode=json,stream slow=0 app='' out=$root/artifacts/bench/$(date -u +%Y%m%d-%H%M%S)
while [ $# -gt 0 ]; do
    case "$1" in
        --quick) secs=2 rounds=1 conns=1,16 users=64; shift; continue ;;
        -h | --help) sed -n '2,10s/^# //p' "$0"; exit ;;
        --secs | --rounds | --conns | --users | --mode | --slow | --out | --app) [ $# -gt 1 ] || die "$1 needs a value" ;;
        *) die "unknown option $1" ;;
    esac
    declare "${1#--}=$2"
    shift 2
done

install_missing_tools() {
    local missing=()
    if ! command -v wrk >/dev/null; then missing+=(wrk); fi
    if ! command -v nginx >/dev/null; then missing+=(nginx); fi
    if ! command -v redis-server >/dev/null; then missing+=(redis-server); fi
    if ! command -v curl >/dev/null; then missing+=(curl); fi
    if ! command -v node >/dev/null; then missing+=(nodejs); fi
    if ! pg_program initdb >/dev/null || ! pg_program pgbench >/dev/null; then missing+=(postgresql postgresql-contrib); fi
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

# As PostgreSQL comes, so every commit reaches the disk; only the number of connections is raised.
start_database() {
    local data=$scratch/postgres
    mkdir "$data"
    if [ "$(id -u)" = 0 ]; then chown postgres "$data"; fi
    as_postgres "$(pg_program initdb)" -D "$data" -U bench --auth=trust --encoding=UTF8 --locale=C.UTF-8 >"$scratch/initdb.log" 2>&1 \
        || { cat "$scratch/initdb.log" >&2; die "initdb failed"; }
    database_port=$(free_port)
    as_postgres "$(pg_program pg_ctl)" -D "$data" -l "$data/server.log" -w -t 60 \
        -o "-p $database_port -k $data -c listen_addresses=127.0.0.1 -c max_connections=400" start >/dev/null \
        || { cat "$data/server.log" >&2; die "PostgreSQL did not start"; }
    database_pid=$(head -n 1 "$data/postmaster.pid")
}

start_upstream() {
    upstream_port=$(free_port)
    mkdir "$scratch/upstream"
    node build/bench/upstream.mjs "$upstream_port" "$scratch/upstream"
    nginx -p "$scratch/upstream" -c "$scratch/upstream/nginx.conf" -e "$scratch/upstream/error.log" &
    upstream_pid=$!
    wait_until 180 curl -fsS "http://127.0.0.1:$upstream_port/health" || { cat "$scratch/upstream/error.log" >&2; die "nginx did not start"; }
}

# Production, with secrets of this run and limits that are checked at every request but never reached.
start_release() {
    local port
    port=$(free_port)
    program_url=http://127.0.0.1:$port
    local settings=(
        ASPNETCORE_ENVIRONMENT=Production
        ASPNETCORE_URLS="$program_url"
        ConnectionStrings__Postgres="Host=127.0.0.1;Port=$database_port;Username=bench;Database=postgres"
        ConnectionStrings__Redis="${CLEANLLM_TEST_REDIS:?}"
        Encryption__Keys__0__Id=bench
        Encryption__Keys__0__Key="$(head -c 32 /dev/urandom | base64)"
        Auth__AccessTokenMinutes=60
        RateLimiting__AnonymousBurst=100000
        RateLimiting__CostlyBurst=100000
        RateLimiting__ReadsPerMinute=1000000
        RateLimiting__WritesPerMinute=1000000
        RateLimiting__CompletionsPerMinute=1000000
        Plans__0__Name=bench
        Plans__0__Default=true
        Plans__0__Limits__0__Metric=requests
        Plans__0__Limits__0__Window=day
        Plans__0__Limits__0__Amount=1000000000
        Plans__0__Limits__1__Metric=tokens
        Plans__0__Limits__1__Window=day
        Plans__0__Limits__1__Amount=1000000000000
    )
    local index=0 name
    for name in json stream; do
        settings+=(
            "Ai__Providers__${index}__Name=bench-$name"
            "Ai__Providers__${index}__Kind=OpenAi"
            "Ai__Providers__${index}__BaseUrl=http://127.0.0.1:$upstream_port/$name/v1"
            "Ai__Providers__${index}__Models__0__Id=bench-$name"
            "Ai__Providers__${index}__Models__0__Price__Prompt=0.15"
            "Ai__Providers__${index}__Models__0__Price__Completion=0.6"
        )
        index=$((index + 1))
    done
    settings+=(
        Ai__Providers__2__Name=bench-slow
        Ai__Providers__2__Kind=OpenAi
        Ai__Providers__2__BaseUrl="http://127.0.0.1:$slow_port/v1"
        Ai__Providers__2__MaxConcurrentCalls=2000
        Ai__Providers__2__Models__0__Id=bench-slow
    )
    # In its own folder, where its appsettings are.
    (cd "$app" && exec env "${settings[@]}" dotnet CleanLlm.WebApi.dll >"$scratch/program.log" 2>&1) &
    program_pid=$!
    wait_until 180 curl -fsS "$program_url/health/ready" || { tail -n 40 "$scratch/program.log" >&2; die "the program did not start"; }
}

stop_bench() {
    trap - EXIT
    for pid in "${driver_pid:-}" "${upstream_pid:-}"; do
        if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; fi
    done
    stop_servers || true
}

install_missing_tools
scratch=$(mktemp -d "${TMPDIR:-/tmp}/cleanllm-bench.XXXXXX")
chmod 755 "$scratch"
trap stop_bench EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [ -z "$app" ]; then
    say "Building in Release"
    app=$scratch/app
    dotnet publish src/WebApi --configuration Release --output "$app" -v quiet || die "the build failed"
fi
app=$(cd "$app" && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)

say "Starting PostgreSQL, Redis, the upstream and the program"
start_database
start_redis
start_upstream
slow_port=$(free_port)
start_release

if [ "$slow" -gt 0 ]; then
    [ "$slow" -le 2000 ] || die "--slow takes at most 2000"
    say "Measuring $slow slow streams"
    timeout --foreground 600 node build/bench/slow.mjs --streams "$slow" --tokens 100 --pause 10 --port "$slow_port" --program "$program_url,$program_pid"
    exit
fi

say "Measuring"
# In the background and waited for, so that Ctrl-C is seen at once.
PATH="$(dirname "$(pg_program pgbench)"):$PATH" timeout --foreground 3500 node build/bench/bench.mjs \
    --secs "$secs" --rounds "$rounds" --conns "$conns" --users "$users" --mode "$mode" --out "$out" --scratch "$scratch" \
    --program "$program_url,$program_pid" --upstream "http://127.0.0.1:$upstream_port,$upstream_pid" --database "$database_port,$database_pid" &
driver_pid=$!
status=0
wait "$driver_pid" || status=$?
driver_pid=
if [ "$status" -ne 0 ]; then
    say "What the program complained of, at most five lines" >&2
    grep -E '"LogLevel":"(Warning|Error|Critical)"' "$scratch/program.log" | cut -c 1-600 | tail -n 5 >&2 || true
fi
exit "$status"
