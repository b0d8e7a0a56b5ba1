#!/usr/bin/env bash
# Changes the code in small ways, one at a time, and says which changes no unit test notices. Takes minutes; no part of what has to pass.
# Usage: build/mutate.sh [--project Domain|Application] [--files GLOB]… [--minutes N] [--out DIR]
#   build/mutate.sh --project Domain                                        all of it (the default)
#   build/mutate.sh --project Application --files 'Prompting/**/*.cs' --files 'Answers/**/*.cs'
#   --minutes   ends the run after so long (default 60)
#   --out       folder for the report (default artifacts/mutation/PROJECT)
# Prints the score of each file, then each change that no test noticed. Words of messages are left as they are: the contract's tests read them.
set -euo pipefail
cd "$(dirname "$0")/.."
. build/lib.sh

project=Domain files=() minutes=60 out=''
while [ $# -gt 0 ]; do
    case "$1" in
        -h | --help) sed -n '2,8s/^# //p' "$0"; exit ;;
        --project | --files | --minutes | --out) [ $# -gt 1 ] || die "$1 needs a value" ;;
        *) die "unknown option $1" ;;
    esac
    if [ "$1" = --files ]; then files+=(--mutate "$2"); else declare "${1#--}=$2"; fi
    shift 2
done
case "$project" in Domain | Application) ;; *) die "--project is Domain or Application" ;; esac
out=${out:-$root/artifacts/mutation/$project}
mkdir -p "$out"
out=$(cd "$out" && pwd)

# The tool has a version here and no place in the manifest, which every restore reads.
version=5.1.0
tool=$root/artifacts/tools/stryker-$version/dotnet-stryker
[ -x "$tool" ] || retry dotnet tool install dotnet-stryker --version "$version" --tool-path "$(dirname "$tool")"

dotnet restore "tests/$project.UnitTests" --locked-mode -v quiet
printf '{ "stryker-config": { "ignore-mutations": ["string"] } }\n' >"$out/stryker-config.json"
status=0
export TEST_PATIENCE_SECONDS=10
(cd "tests/$project.UnitTests" && timeout --foreground "${minutes}m" "$tool" --config-file "$out/stryker-config.json" --project "$project.csproj" \
    --reporter json --reporter progress --output "$out" --verbosity warning --skip-version-check --concurrency "$(nproc)" "${files[@]}") || status=$?
[ "$status" -eq 0 ] || die "the run ended with code $status"
node build/mutation.mjs "$out/reports/mutation-report.json"
