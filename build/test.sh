#!/usr/bin/env bash
# Runs every suite against servers of its own and ends with one line: N passed, N failed. Several run two at a time: each prints its whole
# output when it has ended, and keeps it in artifacts/test-results.
# Usage: build/test.sh [--no-build] [--no-coverage] [--filter NAME] [--database sqlite|postgres] [SUITE…]
#   build/test.sh Domain.UnitTests                                          one suite, without servers
#   build/test.sh --filter KillTests WebApi.FunctionalTests                 the tests whose full name has these letters
#   build/test.sh --database sqlite --filter ChatTests WebApi.FunctionalTests   those of them that run on this database
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. build/lib.sh

build=true coverage=true filter=() database= suites=()
while [ $# -gt 0 ]; do
    case "$1" in
        --no-build) build=false ;;
        --no-coverage) coverage=false ;;
        --filter) [ -n "${2:-}" ] || die "--filter needs a part of a test's name"; filter+=("FullyQualifiedName~$2"); shift ;;
        --database)
            # Fixtures carry the database in their names: ChatTests(Sqlite), ChatTests(Postgres).
            case "${2:-}" in
                sqlite) filter+=("FullyQualifiedName~Sqlite") ;;
                postgres) filter+=("FullyQualifiedName~Postgres") ;;
                *) die "--database is sqlite or postgres" ;;
            esac
            database=$2; shift ;;
        -*) die "unknown option $1" ;;
        *) [ -f "tests/$1/$1.csproj" ] && [[ $1 == *Tests ]] || die "no suite $1; there are: $(cd tests && echo *Tests)"; suites+=("$1") ;;
    esac
    shift
done
everything=false
if [ ${#suites[@]} -eq 0 ]; then
    for project in tests/*Tests/*.csproj; do suites+=("$(basename "$project" .csproj)"); done
    [ ${#filter[@]} -gt 0 ] || everything=true
fi
# A part of the tests says nothing about coverage.
[ ${#filter[@]} -eq 0 ] || coverage=false
filter_text=$(IFS='&'; echo "${filter[*]}")

# Convention and unit tests need no server; a SQLite file needs none either.
needs_servers() {
    local suite
    [ "$database" != sqlite ] || return 1
    for suite in "${suites[@]}"; do
        case "$suite" in Infrastructure.IntegrationTests | WebApi.FunctionalTests) return 0 ;; esac
    done
    return 1
}

passed=0 failed=0
results=$root/artifacts/test-results left=$root/artifacts/test-results/processes-left
rm -rf "$results" && mkdir -p "$results"

count() { # NAME PASSED FAILED
    printf '%s: %s passed, %s failed\n' "$1" "$2" "$3"
    passed=$((passed + $2)) failed=$((failed + $3))
}

# The figures of one trx file. Counted as failed too: what was not run, a suite of nothing, a fixture that could not be torn down.
count_trx() { # NAME EXIT-CODE
    local counters total ok bad
    counters=$(grep -o '<Counters [^>]*>' "$results/$1.trx" 2>/dev/null)
    total=$(sed -nE 's/.* total="([0-9]+)".*/\1/p' <<<"$counters")
    ok=$(sed -nE 's/.* passed="([0-9]+)".*/\1/p' <<<"$counters")
    total=${total:-0} ok=${ok:-0}
    bad=$((total - ok + $(grep -c '^TearDown failed' "$results/$1.log")))
    if [ "$total" -eq 0 ] || { [ "$2" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
        printf '%s ran no test, or its host broke down\n' "$1"
        bad=1
    fi
    count "$1" "$ok" "$bad"
}

# The processes that a job has started, and that run: all of them inherit its mark. Without a name, those of every job.
started_by() { grep -lzE "^CLEANLLM_TEST_RUN=$scratch/${1:-.*}$" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 | grep -vx "$$"; }
nothing_left() { [ -z "$(started_by "$1")" ]; }

# What a job has started and not stopped. Ends it and counts it as a failure. The parts of the test host itself leave after the command
# that started them: they are given a while.
end_leftovers() { # NAME
    local pids
    wait_until 30 nothing_left "$1" && return
    pids=$(started_by "$1")
    [ -n "$pids" ] || return 0
    {
        printf '%s left these processes running:\n' "$1"
        # shellcheck disable=SC2086 # a list of numbers
        ps -o pid=,args= -p $pids | cut -c1-200
    } | tee -a "$left"
    # shellcheck disable=SC2086
    kill -KILL $pids 2>/dev/null
    count "$1, processes left" 0 1
}

run_suite() { # NAME
    local options=(--no-build --configuration "$configuration" --results-directory "$results" --logger "trx;LogFileName=$1.trx")
    if [ -n "$filter_text" ]; then options+=(--filter "$filter_text"); fi
    # Convention tests read the very assemblies that coverage would rewrite, and execute nothing worth covering.
    if $coverage && [ "$1" != ArchitectureTests ]; then
        options+=(--collect "XPlat Code Coverage" --
            DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.SingleHit=true
            DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.Include="[CleanLlm.*]*"
            DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.Exclude="[CleanLlm.Testing]*,[CleanLlm.*Tests]*"
            DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.ExcludeByFile="**/Migrations/**/*.cs,**/obj/**")
    fi
    if [ "$1" = WebApi.FunctionalTests ]; then
        install_node
        install_openid_provider &
        install_openai_clients
        wait $! || exit 1
    fi
    timeout --foreground 10800 dotnet test "tests/$1/$1.csproj" "${options[@]}"
}

# The client in clients/typescript, compiled and run in Node against the built program.
run_typescript() {
    trap stop_program EXIT
    start_program
    cd clients/typescript && retry npm ci --no-audit --no-fund --loglevel=error && CLEANLLM_URL=$program_url npm test
}

count_typescript() { # NAME EXIT-CODE
    local ok bad
    ok=$(sed -nE 's/^[^a-z0-9]*pass ([0-9]+)$/\1/p' "$results/$1.log" | tail -n 1)
    bad=$(sed -nE 's/^[^a-z0-9]*fail ([0-9]+)$/\1/p' "$results/$1.log" | tail -n 1)
    if [ "${ok:-0}" -eq 0 ] || { [ "$2" -ne 0 ] && [ "${bad:-0}" -eq 0 ]; }; then bad=$((${bad:-0} + 1)); fi
    count "$1" "${ok:-0}" "${bad:-0}"
}

# Whether that client is what the document of the built program says.
run_document() { build/client.sh --check --no-build; }

count_one() { if [ "$2" -eq 0 ]; then count "$1" 1 0; else count "$1" 0 1; fi; }

# Starts a job in the background, in a process that the mark names. One alone is read while it runs.
start_job() { # NAME
    local name=$1 ports run=(run_suite "$1")
    case "$name" in
        WebApi.FunctionalTests) ports=12000-15999 ;;
        typescript | document) run=("run_$name") ;&
        *) ports=16000-19999 ;;
    esac
    (
        export CLEANLLM_TEST_RUN=$scratch/$name CLEANLLM_TEST_PORTS=$ports MSBUILDDISABLENODEREUSE=1
        if [ ${#jobs[@]} -gt 1 ]; then "${run[@]}" >"$results/$name.log" 2>&1; exit; fi
        set -o pipefail
        "${run[@]}" 2>&1 | tee "$results/$name.log"
    ) &
    running[$!]=$name
    if [ ${#jobs[@]} -gt 1 ]; then printf '%(%T)T %s has started\n' -1 "$name"; else say "$name"; fi
}

# Waits for a job to end, prints what it said, and counts.
end_job() {
    local pid=0 status name
    wait -n -p pid "${!running[@]}"
    status=$?
    name=${running[$pid]}
    unset "running[$pid]"
    if [ ${#jobs[@]} -gt 1 ]; then
        say "$name, ended at $(date +%T)"
        cat "$results/$name.log"
    fi
    case "$name" in
        typescript) count_typescript "$name" "$status" ;;
        document) count_one "$name" "$status" ;;
        *) count_trx "$name" "$status" ;;
    esac
    end_leftovers "$name"
}

# Also when the script is interrupted: what runs in the background does not hear Ctrl-C.
stop_jobs() {
    if [ ${#running[@]} -gt 0 ]; then
        # shellcheck disable=SC2046 # a list of numbers
        kill "${!running[@]}" $(started_by) 2>/dev/null
        wait "${!running[@]}" 2>/dev/null
    fi
    stop_servers
}

# Which tests failed, and with which words: again at the end, where a reader of a long output looks first.
list_failed() {
    say "Failed"
    sed -nE '/^ +Failed .*\[[^]]*\]$/,/^ +Stack Trace:/{/Stack Trace:/!p}' "$results"/*.log | cut -c1-400 | head -n 150
    grep -hA 2 '^TearDown failed' "$results"/*.log | cut -c1-400 | head -n 50
    grep -hE '^ *not ok ' "$results"/*.log | head -n 50
    if [ -f "$left" ]; then head -n 50 "$left"; fi
}

if $build; then
    say "Building"
    if $everything; then
        dotnet build CleanLlm.sln --configuration "$configuration" -v quiet || die "the build failed"
    else
        for suite in "${suites[@]}"; do
            dotnet build "tests/$suite/$suite.csproj" --configuration "$configuration" -v quiet || die "the build failed"
        done
    fi
fi
if needs_servers; then start_servers; else make_scratch; fi

# The longest first; beside it the others take turns. More of them at once would wait for processors, not for each other.
jobs=() lanes=2
declare -A running=()
if [[ " ${suites[*]} " == *" WebApi.FunctionalTests "* ]]; then jobs+=(WebApi.FunctionalTests); fi
for suite in "${suites[@]}"; do if [ "$suite" != WebApi.FunctionalTests ]; then jobs+=("$suite"); fi; done
if $everything; then jobs+=(typescript document); fi

trap stop_jobs EXIT
for job in "${jobs[@]}"; do
    if [ ${#running[@]} -ge "$lanes" ]; then end_job; fi
    start_job "$job"
done
while [ ${#running[@]} -gt 0 ]; do end_job; done
if $coverage; then say "Line coverage"; build/coverage.sh "$results"; fi

if [ "$failed" -gt 0 ]; then list_failed; fi
printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
