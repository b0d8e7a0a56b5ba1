// The three kinds of load, each run to its end: wrk for JSON, streams.mjs for streams, pgbench for PostgreSQL alone.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sessionOptions, variables } from './statements.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const running = new Set();

/** Ends loads that are under way. */
export const stopLoads = () => running.forEach((child) => child.kill('SIGKILL'));

/** Runs a program and gives its output; fails when it fails or takes longer than the given seconds. */
export function run(command, args, seconds, environment = {}) {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
        running.add(child);
        const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
        let [output, complaints] = ['', ''];
        child.stdout.on('data', (text) => { output += text; });
        child.stderr.on('data', (text) => { complaints += text; });
        child.on('error', reject);
        child.on('close', (code) => {
            clearTimeout(timer);
            running.delete(child);
            if (code === 0)
                resolve(output);
            else
                reject(new Error(`${command} ended with ${code}: ${(complaints || output).slice(-2000)}`));
        });
    });
}

function result(output) {
    const line = /^RESULT (.*)$/m.exec(output)?.[1];
    if (!line)
        throw new Error(`The load gave no result: ${output.slice(-1000)}`);
    return JSON.parse(line);
}

export async function json(base, requests, connections, seconds) {
    const output = await run(
        'wrk', ['-t', '1', '-c', `${connections}`, '-d', `${seconds}s`, '--timeout', '10s', '-s', here('requests.lua'), base], seconds + 30,
        { BENCH_REQUESTS: requests });
    const { answers, seconds: took, errors, p50, p99 } = result(output);
    // Those under way when wrk hangs up are answered and charged all the same.
    return { rate: answers / took, p50, p99, errors, atLeast: answers, atMost: answers + connections };
}

export async function stream(base, requests, connections, seconds, marks) {
    const output = await run(
        process.execPath, [here('streams.mjs'), base, requests, `${connections}`, `${seconds}`, ...marks], seconds + 30);
    const { answers, inTime, errors, firstError, first50, first99, p50, p99 } = result(output);
    return { rate: inTime / seconds, first50, first99, p50, p99, errors, firstError, atLeast: answers, atMost: answers };
}

export async function pgbench(port, script, connections, seconds, folder) {
    const prefix = join(folder, 'pgbench');
    const defined = Object.entries(variables(new Date())).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
    const output = await run(
        'pgbench',
        ['-n', '-M', 'prepared', '-h', '127.0.0.1', '-p', `${port}`, '-U', 'bench', '-f', script, '-c', `${connections}`,
            '-j', `${Math.min(connections, 2)}`, '-T', `${seconds}`, '-l', '--log-prefix', prefix, ...defined, 'postgres'],
        seconds + 30, { PGOPTIONS: sessionOptions() });
    const times = readdirSync(folder).filter((name) => name.startsWith('pgbench.')).flatMap((name) => {
        const lines = readFileSync(join(folder, name), 'utf8').trim().split('\n');
        rmSync(join(folder, name));
        return lines.filter(Boolean).map((line) => Number(line.split(' ')[2]));
    }).sort((a, b) => a - b);
    const rate = Number(/tps = ([\d.]+)/.exec(output)?.[1]);
    const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
    return { rate, p50: at(0.5), p99: at(0.99), errors: 0, atLeast: times.length, atMost: times.length };
}

/** Runs a file of SQL, or one statement, and gives what it prints. */
export const psql = (port, args, seconds = 120) =>
    run('psql', ['-X', '-q', '-A', '-t', '-h', '127.0.0.1', '-p', `${port}`, '-U', 'bench', ...args, 'postgres'], seconds);
