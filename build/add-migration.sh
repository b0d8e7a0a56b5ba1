#!/usr/bin/env bash
# Adds a migration of the given name for both databases.
# Usage: build/add-migration.sh AddFeedback
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -eq 1 ] || { echo "usage: build/add-migration.sh NAME" >&2; exit 2; }

dotnet tool restore
dotnet build src/Infrastructure --nologo -v quiet
for database in Sqlite Postgres; do
    dotnet ef migrations add "$1" --no-build --project src/Infrastructure --startup-project src/Infrastructure \
        --context "${database}DbContext" --output-dir "Persistence/Migrations/$database"
done
