#!/bin/bash
# Prints how long one user's sign-in takes alone, and while others keep the hashing of passwords busy (promise: at most twice as long):
#   build/bench-sign-in.sh [SAMPLES]
# Starts the built program (CONFIGURATION, Debug unless set) with its embedded database and the limits by address off, which would end the load.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scratch=$(mktemp -d "${TMPDIR:-/tmp}/cleanllm.XXXXXX")
trap stop_servers EXIT
start_program RateLimiting__Enabled=false Logging__LogLevel__Default=Warning
node "$root/build/bench/sign-in.mjs" "$program_url" "${1:-15}"
