#!/usr/bin/env bash
# Breaks things under load and prints what it did to callers, beside the bound that is promised. Loopback only; every scenario ends by itself.
# Usage: build/chaos.sh [--app DIR] [SCENARIO…]; without a scenario all of them, about thirteen minutes
#   fuzz      20,000 spoilt requests and 500 charsets and encodings        kill      kill -9 of one of two instances
#   crowd     400 callers at once on a PostgreSQL as it comes              database  PostgreSQL away for five seconds
#   groups    kill -9 and a restart of PostgreSQL while 64 users write in groups
#   rolling   two instances behind nginx restarted one after the other     big-account  export and erasure of 200,000 messages
#   --app     a published folder instead of building this checkout         --sqlite     big-account on the embedded database
# Exits with 1 when a bound was broken.
set -euo pipefail
cd "$(dirname "$0")/.."
. build/lib.sh

app='' scenarios=()
while [ $# -gt 0 ]; do
    case "$1" in
        -h | --help) sed -n '2,9s/^# //p' "$0"; exit ;;
        --app) app=$(cd "${2:?--app needs a folder}" && pwd); shift ;;
        --sqlite) export CHAOS_DATABASE_KIND=sqlite; command -v sqlite3 >/dev/null || install_packages sqlite3 ;;
        *) [ -f "build/chaos/$1.mjs" ] && [[ $1 != world && $1 != upstream ]] || die "no scenario $1"; scenarios+=("$1") ;;
    esac
    shift
done
[ ${#scenarios[@]} -gt 0 ] || scenarios=(fuzz crowd kill database groups rolling big-account)

# PostgreSQL as it comes: 100 connections, and every commit reaches the disk.
start_stock_postgres() {
    local port
    data=$scratch/postgres
    mkdir "$data"
    chmod 755 "$scratch"
    if [ "$(id -u)" = 0 ]; then chown postgres "$data"; fi
    as_postgres "$(pg_program initdb)" -D "$data" -U chaos --auth=trust --encoding=UTF8 --locale=C.UTF-8 >"$scratch/initdb.log" 2>&1 \
        || { cat "$scratch/initdb.log" >&2; die "initdb failed"; }
    port=$(free_port)
    # What the scenarios stop and start PostgreSQL with.
    cat >"$scratch/database" <<END
#!/usr/bin/env bash
cd / && $([ "$(id -u)" = 0 ] && echo "runuser -u postgres --") "$(pg_program pg_ctl)" -D "$data" -l "$data/server.log" -w -t 60 -m fast \
    -o "-p $port -k $data -c listen_addresses=127.0.0.1" "\$1" >/dev/null
END
    chmod 755 "$scratch/database"
    "$scratch/database" start || { cat "$data/server.log" >&2; die "PostgreSQL did not start"; }
    export CHAOS_DATABASE=$scratch/database CHAOS_POSTGRES="Host=127.0.0.1;Port=$port;Username=chaos;Database=postgres"
}

install_missing
if ! command -v nginx >/dev/null; then install_packages nginx; fi
failed=0
for scenario in "${scenarios[@]}"; do
    make_scratch
    if [ -z "$app" ]; then
        say "Building in Release"
        app=$root/artifacts/chaos/app
        dotnet publish src/WebApi --configuration Release --output "$app" -v quiet || die "the build failed"
    fi
    say "$scenario"
    start_stock_postgres
    start_redis
    export CHAOS_APP=$app CHAOS_SCRATCH=$scratch CHAOS_REDIS=$CLEANLLM_TEST_REDIS CHAOS_PSQL="$(pg_program psql)"
    if ! timeout --foreground 900 node "build/chaos/$scenario.mjs"; then
        failed=1
        say "What the program complained of, at most five lines" >&2
        cat "$scratch"/instance-*/log 2>/dev/null | grep -E '"LogLevel":"(Warning|Error|Critical)"' | cut -c 1-600 | tail -n 5 >&2 || true
    fi
    stop_servers || true
    redis_pid=
done
trap - EXIT
exit "$failed"
