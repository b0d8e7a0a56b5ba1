#!/usr/bin/env bash
# Formats the C# code, or says with --check what is not formatted.
# The build enforces the code style (EnforceCodeStyleInBuild), so only layout is left to do here.
set -euo pipefail
cd "$(dirname "$0")/.."
verify=()
if [ "${1:-}" = --check ]; then verify=(--verify-no-changes); fi
dotnet format whitespace CleanLlm.sln --no-restore --exclude '**/Migrations/**' "${verify[@]}"
