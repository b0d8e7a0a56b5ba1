#!/usr/bin/env bash
# Generates the TypeScript client from the OpenAPI document of the built program,
# or says with --check whether the committed one is of this program.
# Usage: build/client.sh [--check] [--no-build]
set -euo pipefail
cd "$(dirname "$0")/.."
. build/lib.sh

build=true check=false
for argument in "$@"; do
    case "$argument" in
        --check) check=true ;;
        --no-build) build=false ;;
        *) die "unknown option $argument" ;;
    esac
done

client=clients/typescript
scratch=$(mktemp -d "${TMPDIR:-/tmp}/cleanllm.XXXXXX")
trap 'set +e; stop_servers' EXIT

if $build; then dotnet build src/WebApi --configuration "$configuration" --nologo -v quiet; fi
dotnet restore build/nswag --nologo -v quiet
generator=$(dotnet msbuild build/nswag -getProperty:PkgNSwag_MSBuild)/tools/Net100/dotnet-nswag.dll

# The document must not depend on what this shell is set to.
unset ConnectionStrings__Postgres ConnectionStrings__Redis
start_program
curl -fsS "$program_url/swagger/v1/swagger.json" >"$scratch/openapi.json"
echo >>"$scratch/openapi.json"
dotnet "$generator" run build/nswag/client.nswag "/variables:document=$scratch/openapi.json,output=$scratch/client.ts,templates=$root/build/nswag/templates" >"$scratch/nswag.log" \
    || { cat "$scratch/nswag.log" >&2; die "the generator failed"; }

if $check; then
    if ! diff -u "$client/openapi.json" "$scratch/openapi.json" || ! diff -u "$client/src/client.ts" "$scratch/client.ts"; then
        die "the TypeScript client is not of this program: run build/client.sh and commit $client"
    fi
    echo "The TypeScript client is up to date."
else
    cp "$scratch/openapi.json" "$client/openapi.json"
    cp "$scratch/client.ts" "$client/src/client.ts"
    echo "Wrote $client/openapi.json and $client/src/client.ts."
fi
