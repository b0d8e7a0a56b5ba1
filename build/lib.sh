# Shared by the scripts of this folder: installs missing servers, starts PostgreSQL and Redis of our own, stops them.
# To run single suites by hand:  . build/lib.sh && start_servers && dotnet test tests/…; they stop when the shell ends.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
configuration=${CONFIGURATION:-Debug}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

say() { printf '\n== %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Runs a command that needs the network, up to three times.
retry() {
    local pause
    for pause in 5 15; do
        "$@" && return
        sleep "$pause"
    done
    "$@"
}

# PostgreSQL's programs are on the PATH or in Debian's folder for them.
pg_program() {
    command -v "$1" 2>/dev/null && return
    local found
    found=$(find /usr/lib/postgresql/*/bin -name "$1" 2>/dev/null | sort -V | tail -n 1)
    [ -n "$found" ] && printf '%s\n' "$found"
}

# Installs the Debian packages given, without letting them start a service of their own.
install_packages() {
    [ "$(id -u)" = 0 ] || die "missing: $*; install them as root (apt-get install $*)"
    say "Installing $*"
    retry apt-get update -qq
    retry env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

install_missing() {
    local missing=()
    if ! pg_program initdb >/dev/null; then missing+=(postgresql); fi
    if ! command -v redis-server >/dev/null; then missing+=(redis-server); fi
    if ! command -v curl >/dev/null; then missing+=(curl); fi
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
    install_node
}

install_node() { command -v npm >/dev/null || install_packages nodejs npm; }

# The OpenID provider that the functional tests sign in at, at the versions of its lock file.
install_openid_provider() {
    (cd "$root/tests/WebApi.FunctionalTests/OpenIdProvider" && retry npm ci --no-audit --no-fund --loglevel=error) || die "npm ci failed"
}

# The clients of other makers that the functional tests talk to /v1 with, at the versions of their lock file.
install_openai_clients() {
    (cd "$root/tests/WebApi.FunctionalTests/OpenAiClient" && retry npm ci --no-audit --no-fund --loglevel=error) || die "npm ci failed"
}

# A loopback port without a listener.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    printf '%s\n' "$port"
}

# Runs a command as a user that PostgreSQL accepts: it refuses root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# Waits until a command succeeds, at most the given number of seconds.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

# Waits until a command succeeds, at most three minutes, while the server runs that it asks.
wait_for_server() { # PID COMMAND…
    local pid=$1 deadline=$((SECONDS + 180))
    shift
    while kill -0 "$pid" 2>/dev/null; do
        if "$@" >/dev/null 2>&1; then
            # Else another server has answered, which took the port first.
            kill -0 "$pid" 2>/dev/null
            return
        fi
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
    return 1
}

# The data is thrown away, so nothing has to reach the disk (-F and the two settings beside it).
start_postgres() {
    local port data=$scratch/postgres
    mkdir -p "$data" && chmod 755 "$scratch"
    [ "$(id -u)" = 0 ] && chown postgres "$data"
    as_postgres "$(pg_program initdb)" -D "$data" -U cleanllm --auth=trust --encoding=UTF8 --locale=C.UTF-8 >"$scratch/initdb.log" 2>&1 \
        || { cat "$scratch/initdb.log" >&2; die "initdb failed"; }
    port=$(free_port)
    as_postgres "$(pg_program pg_ctl)" -D "$data" -l "$data/server.log" -w -t 180 -o \
        "-p $port -k $data -F -c listen_addresses=127.0.0.1 -c max_connections=500 -c full_page_writes=off -c synchronous_commit=off" \
        start >/dev/null || { cat "$data/server.log" >&2; die "PostgreSQL did not start"; }
    export CLEANLLM_TEST_POSTGRES="Host=127.0.0.1;Port=$port;Username=cleanllm;Database=postgres"
}

start_redis() {
    local port
    port=$(free_port)
    redis-server --port "$port" --bind 127.0.0.1 --databases 1024 --save '' --appendonly no --dir "$scratch" \
        >"$scratch/redis.log" 2>&1 &
    redis_pid=$!
    wait_for_server "$redis_pid" redis-cli -h 127.0.0.1 -p "$port" ping || { cat "$scratch/redis.log" >&2; die "Redis did not start"; }
    export CLEANLLM_TEST_REDIS="127.0.0.1:$port"
}

# A temporary folder that goes with the script, together with the servers that were started in it, also after a failure or Ctrl-C.
make_scratch() {
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/cleanllm.XXXXXX")
    trap stop_servers EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# Starts both servers in a temporary folder.
start_servers() {
    install_missing
    make_scratch
    start_postgres
    start_redis
}

stop_servers() {
    if [ -n "${program_pid:-}" ]; then kill "$program_pid" 2>/dev/null; wait "$program_pid" 2>/dev/null; fi
    if [ -n "${redis_pid:-}" ]; then kill "$redis_pid" 2>/dev/null; wait "$redis_pid" 2>/dev/null; fi
    if [ -f "${scratch:?}/postgres/postmaster.pid" ]; then
        as_postgres "$(pg_program pg_ctl)" -D "$scratch/postgres" -m immediate -w stop >/dev/null 2>&1
    fi
    rm -rf "$scratch"
}

# Starts the built program on a free port with its embedded defaults, or the given settings, in a folder of its own; sets program_url.
# When another process takes the port in the meantime, it tries another one.
start_program() { # [NAME=VALUE…]
    local home=$scratch/program dll=$root/artifacts/bin/WebApi/${configuration,,}/CleanLlm.WebApi.dll
    [ -f "$dll" ] || die "not built: $dll"
    mkdir -p "$home"
    for _ in 1 2 3; do
        program_url=http://127.0.0.1:$(free_port)
        (cd "$home" && exec env ASPNETCORE_ENVIRONMENT=Development ASPNETCORE_URLS="$program_url" "$@" dotnet "$dll" >"$scratch/program.log" 2>&1) &
        program_pid=$!
        if wait_for_server "$program_pid" curl -fsS "$program_url/health/ready"; then return; fi
        grep -q 'address already in use' "$scratch/program.log" || break
    done
    cat "$scratch/program.log" >&2
    die "the program did not start"
}

stop_program() {
    kill "$program_pid" 2>/dev/null
    wait "$program_pid" 2>/dev/null
    program_pid=
}
