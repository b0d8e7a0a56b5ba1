// From single runs to medians and Markdown.
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

const median = (values) => {
    const ordered = [...values].sort((a, b) => a - b);
    const middle = Math.floor(ordered.length / 2);
    return ordered.length % 2 === 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
};
const whole = (value) => Math.round(value).toLocaleString('en-US');
const milliseconds = (micros) => (micros / 1000).toFixed(micros < 10_000 ? 2 : 1);
const names = {
    direct: 'direct call of the upstream', completions: '`POST /api/v1/completions`', messages: '`POST /api/v1/chats/{id}/messages`',
    'postgres-completions': 'PostgreSQL alone, statements of a completion', 'postgres-messages': 'PostgreSQL alone, statements of a message',
};

/** Where it was measured. */
export function machine() {
    const version = (command, ...args) => {
        try {
            return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim().split('\n')[0];
        } catch {
            return 'unknown';
        }
    };
    return {
        cores: cpus().length, processor: cpus()[0].model, memoryGigabytes: Math.round(totalmem() / 2 ** 30), kernel: release(), node: process.version,
        dotnet: version('dotnet', '--version'), postgres: version('pgbench', '--version'), redis: version('redis-server', '--version'),
        commit: version('git', 'describe', '--always', '--dirty'),
    };
}

/** The median of a target's rounds' own ratios to another target. */
function ratio(runs, target, base) {
    const own = runs.filter((run) => run.target === target);
    const ratios = own.map((run) => run.rate / runs.find((other) => other.target === base && other.round === run.round)?.rate);
    return ratios.every(Number.isFinite) && ratios.length > 0 ? median(ratios).toFixed(ratios[0] < 0.1 ? 3 : 2) : '';
}

function row(runs, target, mode) {
    const own = runs.filter((run) => run.target === target);
    const of = (field) => median(own.map((run) => run[field]));
    const rates = own.map((run) => run.rate);
    const ours = target === 'completions' || target === 'messages';
    const cells = [names[target], whole(of('rate'))];
    if (mode === 'stream')
        cells.push(whole(of('rate') * 64), milliseconds(of('first50')), milliseconds(of('first99')));
    cells.push(milliseconds(of('p50')), milliseconds(of('p99')), names[target].startsWith('PostgreSQL') ? '' : ratio(runs, target, 'direct'));
    if (mode === 'json')
        cells.push(ours ? ratio(runs, target, `postgres-${target}`) : '');
    cells.push(
        ours ? whole(of('programMicros')) : '', target === 'direct' ? '' : whole(of('databaseMicros')), ours ? whole(of('resident')) : '',
        `${whole(((Math.max(...rates) - Math.min(...rates)) / median(rates)) * 100)}%`, Math.max(...own.map((run) => run.others)).toFixed(2),
        `${own.reduce((sum, run) => sum + run.errors, 0)}`);
    return `| ${cells.join(' | ')} |`;
}

function section(runs, mode, connections) {
    const heads = mode === 'json'
        ? ['', 'requests/s', 'p50 ms', 'p99 ms', '× direct', '× PostgreSQL']
        : ['', 'streams/s', 'tokens/s', 'first token p50 ms', 'p99 ms', 'whole p50 ms', 'p99 ms', '× direct'];
    heads.push('program CPU µs', 'PostgreSQL CPU µs', 'RSS MB', 'spread', 'others', 'errors');
    const targets = Object.keys(names).filter((target) => runs.some((run) => run.target === target));
    return [
        `### ${mode === 'json' ? 'JSON' : 'Streams of 64 tokens'}, ${connections} connection${connections === 1 ? '' : 's'}`, '',
        `| ${heads.join(' | ')} |`, `| --- |${' ---: |'.repeat(heads.length - 1)}`, ...targets.map((target) => row(runs, target, mode)), '',
    ];
}

function added(runs, mode) {
    const field = mode === 'json' ? 'p50' : 'first50';
    const at = (target) => median(runs.filter((run) => run.mode === mode && run.connections === 1 && run.target === target).map((run) => run[field]));
    return ['completions', 'messages'].map((target) =>
        `- ${names[target]}, ${mode === 'json' ? 'JSON answer' : 'first token'}: ${milliseconds(at(target) - at('direct'))} ms`);
}

/** The tables of one measurement. */
export function report({ when, machine: where, options, wrong, runs }) {
    const lines = [
        `Measured ${when} at ${where.commit}: ${where.cores} cores (${where.processor}), ${where.memoryGigabytes} GB, Linux ${where.kernel}, `
            + `.NET SDK ${where.dotnet}, ${where.postgres.replace(/^pgbench/, 'PostgreSQL')}. `
            + `${options.users} users; medians of ${options.rounds} rounds of ${options.seconds} s.`, '',
    ];
    for (const mode of options.modes) {
        for (const connections of options.connections)
            lines.push(...section(runs.filter((run) => run.mode === mode && run.connections === connections), mode, connections));
    }
    if (options.connections.includes(1))
        lines.push('### Added to the direct call at 1 connection, p50', '', ...options.modes.flatMap((mode) => added(runs, mode)), '');
    if (wrong.length > 0)
        lines.push('### Wrong', '', ...wrong.map((what) => `- ${what}`), '');
    return `${lines.join('\n')}\n`;
}
