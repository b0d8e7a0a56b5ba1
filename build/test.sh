#!/usr/bin/env bash
# Runs every suite against servers of its own and ends with one line: N passed, N failed.
# Usage: build/test.sh [--no-build] [--no-coverage] [SUITE…]   e.g. build/test.sh Domain.UnitTests
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. build/lib.sh

build=true coverage=true suites=()
for argument in "$@"; do
    case "$argument" in
        --no-build) build=false ;;
        --no-coverage) coverage=false ;;
        -*) die "unknown option $argument" ;;
        *) suites+=("$argument") ;;
    esac
done
everything=false
if [ ${#suites[@]} -eq 0 ]; then
    everything=true
    for project in tests/*Tests/*.csproj; do suites+=("$(basename "$project" .csproj)"); done
fi

passed=0 failed=0
results=$root/artifacts/test-results
rm -rf "$results" && mkdir -p "$results"

count() { # NAME PASSED FAILED
    printf '%s: %s passed, %s failed\n' "$1" "$2" "$3"
    passed=$((passed + $2)) failed=$((failed + $3))
}

# The figures of one trx file. Counted as failed too: what was not run, a suite of nothing, a fixture that could not be torn down.
count_trx() { # NAME EXIT-CODE LOG
    local counters total ok bad
    counters=$(grep -o '<Counters [^>]*>' "$results/$1.trx" 2>/dev/null)
    total=$(sed -nE 's/.* total="([0-9]+)".*/\1/p' <<<"$counters")
    ok=$(sed -nE 's/.* passed="([0-9]+)".*/\1/p' <<<"$counters")
    total=${total:-0} ok=${ok:-0}
    bad=$((total - ok + $(grep -c '^TearDown failed' "$3")))
    if [ "$total" -eq 0 ] || { [ "$2" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
        printf '%s ran no test, or its host broke down\n' "$1"
        bad=1
    fi
    count "$1" "$ok" "$bad"
}

run_suite() {
    local options=(--no-build --configuration "$configuration" --results-directory "$results" --logger "trx;LogFileName=$1.trx")
    # Convention tests read the very assemblies that coverage would rewrite, and execute nothing worth covering.
    if $coverage && [ "$1" != ArchitectureTests ]; then
        options+=(--collect "XPlat Code Coverage" --
            DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.Include="[CleanLlm.*]*"
            DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.Exclude="[CleanLlm.Testing]*,[CleanLlm.*Tests]*"
            DataCollectionRunSettings.DataCollectors.DataCollector.Configuration.ExcludeByFile="**/Migrations/**/*.cs,**/obj/**")
    fi
    say "$1"
    if [ "$1" = WebApi.FunctionalTests ]; then install_openid_provider; install_openai_clients; fi
    timeout --foreground 900 dotnet test "tests/$1/$1.csproj" "${options[@]}" 2>&1 | tee "$results/$1.log"
    count_trx "$1" "${PIPESTATUS[0]}" "$results/$1.log"
}

# The client in clients/typescript, compiled and run in Node against the built program.
run_client() {
    local log=$results/typescript.log ok bad
    say "clients/typescript"
    start_program
    (cd clients/typescript && npm ci --no-audit --no-fund --loglevel=error && CLEANLLM_URL=$program_url npm test) 2>&1 | tee "$log"
    local status=${PIPESTATUS[0]}
    stop_program
    ok=$(sed -nE 's/^[^a-z0-9]*pass ([0-9]+)$/\1/p' "$log" | tail -n 1)
    bad=$(sed -nE 's/^[^a-z0-9]*fail ([0-9]+)$/\1/p' "$log" | tail -n 1)
    if [ "${ok:-0}" -eq 0 ] || { [ "$status" -ne 0 ] && [ "${bad:-0}" -eq 0 ]; }; then bad=$((${bad:-0} + 1)); fi
    count typescript "${ok:-0}" "${bad:-0}"

    say "clients/typescript is what the document says"
    if build/client.sh --check --no-build; then count client.sh 1 0; else count client.sh 0 1; fi
}

if $build; then
    say "Building"
    dotnet build CleanLlm.sln --configuration "$configuration" -v quiet || die "the build failed"
fi
start_servers
for suite in "${suites[@]}"; do run_suite "$suite"; done
if $everything; then run_client; fi
if $coverage; then say "Line coverage"; build/coverage.sh "$results"; fi

printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
