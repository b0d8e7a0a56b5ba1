#!/usr/bin/env bash
# Measures injection screening on prompts of others; needs the .NET SDK only. Prints recall, false positives and time, by category and over all.
# Usage: build/evaluate-screening.sh DIR [--threshold N] [--misses FILE] [--rules DIR]
# Every line of each *.jsonl below DIR is {"text": …, "label": "attack" | "benign", "category": …}.
# --misses writes the lines judged wrongly to FILE; --rules reads the rules from a folder instead of those built in.
set -euo pipefail
paths=()
for argument in "$@"; do
    if [ "${argument#--}" = "$argument" ] && [ "${previous:-}" != --threshold ]; then paths+=("$(realpath -m -- "$argument")"); else paths+=("$argument"); fi
    previous=$argument
done
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Compiled at once as it is after a while, so that the times are those of a warm program.
export DOTNET_TieredCompilation=0
dotnet build tests/Benchmarks -c Release -v quiet >&2
exec dotnet run --no-build -c Release --project tests/Benchmarks -- screening "${paths[@]}"
