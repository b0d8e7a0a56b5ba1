// Prints what a mutation run found: the score of each file and of all, and each change that no test noticed, as FILE:LINE.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const noticed = new Set(['Killed', 'Timeout']);
const missed = new Set(['Survived', 'NoCoverage']);
const score = (mutants) => {
    const good = mutants.filter((mutant) => noticed.has(mutant.status)).length;
    const all = good + mutants.filter((mutant) => missed.has(mutant.status)).length;
    return { good, all, text: all === 0 ? '     -' : `${((100 * good) / all).toFixed(1).padStart(5)} %` };
};

const files = Object.entries(report.files).map(([path, file]) => ({ path: path.replace(/^.*\/(?=src\/)/, ''), lines: file.source.split('\n'), mutants: file.mutants }));
for (const { path, mutants } of files) {
    const { good, all, text } = score(mutants);
    if (all > 0) console.log(`${text}  ${String(good).padStart(4)} of ${String(all).padStart(4)}  ${path}`);
}

const open = files.flatMap(({ path, lines, mutants }) => mutants
    .filter((mutant) => missed.has(mutant.status))
    .map((mutant) => ({ path, line: mutant.location.start.line, mutant, text: lines[mutant.location.start.line - 1].trim() })));
if (open.length > 0) console.log('\nNot noticed by any test:');
for (const { path, line, mutant, text } of open.sort((a, b) => a.path.localeCompare(b.path) || a.line - b.line)) {
    console.log(`${path}:${line}: ${mutant.mutatorName}${mutant.status === 'NoCoverage' ? ', no test comes here' : ''}`);
    console.log(`    ${text}\n    ${mutant.replacement.split('\n').map((part) => part.trim()).join(' ').slice(0, 160)}`);
}

const total = score(files.flatMap(({ mutants }) => mutants));
console.log(`\nScore: ${total.text.trim()}, ${total.good} of ${total.all} changes noticed.`);
