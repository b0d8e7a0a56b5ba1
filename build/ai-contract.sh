#!/usr/bin/env bash
# Checks an AI server against docs/ai-contract.md; needs the .NET SDK only. Exits with 1 when a check fails.
# Usage: build/ai-contract.sh --url http://host:port [--grpc http://host:port] [--api-key KEY] [--model ID] [--timeout SECONDS]
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build tests/AiContract -v quiet >&2
exec dotnet run --no-build --project tests/AiContract -- "$@"
