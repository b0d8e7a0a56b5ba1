#!/usr/bin/env bash
# Merges the Cobertura files below a folder: a line is covered when any suite ran it. Prints each project and the total.
set -euo pipefail
find "$1" -name coverage.cobertura.xml -print0 | xargs -0 -r cat | awk '
    function attribute(name) { return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
    /<source>/ { source = $0; gsub(/.*<source>|<\/source>.*/, "", source) }
    /<package / { project = attribute("name") }
    /<class / { file = source attribute("filename") }
    /<line / {
        line = file ":" attribute("number")
        owner[line] = project
        if (attribute("hits") > 0) hit[line] = 1
    }
    END {
        for (line in owner) { all[owner[line]]++; total++; if (line in hit) { covered[owner[line]]++; sum++ } }
        for (project in all) printf "%-26s %6.1f %%  (%d of %d lines)\n", project, 100 * covered[project] / all[project], covered[project], all[project] | "sort"
        close("sort")
        if (total) printf "%-26s %6.1f %%  (%d of %d lines)\n", "total", 100 * sum / total, sum, total
    }'
