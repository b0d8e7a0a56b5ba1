// Measures in rounds, so that whatever else the machine does falls on all alike. Started by bench.sh, which starts the servers.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { directRequest, openAccounts, requests } from './accounts.mjs';
import { answer, question, turns } from './answers.mjs';
import * as loads from './loads.mjs';
import { machineSeconds, processorSeconds, residentMegabytes } from './processes.mjs';
import { machine, report } from './report.mjs';
import { writeStatements } from './statements.mjs';

const text = { type: 'string' };
const { values: options } = parseArgs({
    options: { secs: text, rounds: text, conns: text, users: text, mode: text, out: text, scratch: text, program: text, upstream: text, database: text },
});
const server = (value) => ({ address: value.split(',')[0], pid: Number(value.split(',')[1]) });
const [program, upstream, database] = [options.program, options.upstream, options.database].map(server);
const [seconds, rounds, users] = [options.secs, options.rounds, options.users].map(Number);
const connections = options.conns.split(',').map(Number);
const modes = options.mode.split(',');

const marks = { direct: ['"delta":{"content":"', '"finish_reason":"stop"'], program: ['event: completion.delta', 'event: completion.finished'] };
const idleUsers = 10_000;
// Long enough for the runtime to compile what is hot, with what it has learnt from the first calls.
const warmUpSeconds = 2 * seconds;

function within(name, value, least, most) {
    if (!Number.isInteger(value) || value < least || value > most)
        throw new Error(`--${name} takes whole numbers from ${least} to ${most}.`);
}

/** What is measured in a mode, by name: how its load is made and what it leaves in the database for each answer. */
function targets(mode, accounts, scripts) {
    const file = (name, lines) => {
        const path = join(options.scratch, `${mode}-${name}.tsv`);
        writeFileSync(path, `${lines.join('\n')}\n`);
        return path;
    };
    const asked = requests(accounts, mode);
    const ours = (name, messages) => {
        const path = file(name, asked[name]);
        return { name, messages, ledger: 1, load: (c, s) => loads[mode](program.address, path, c, s, marks.program) };
    };
    const straight = file('direct', [directRequest(mode)]);
    const list = [
        { name: 'direct', messages: 0, ledger: 0, load: (c, s) => loads[mode](upstream.address, straight, c, s, marks.direct) },
        ours('completions', 0),
        ours('messages', 2),
    ];
    if (mode === 'json') {
        const alone = (name, messages) =>
            ({ name: `postgres-${name}`, messages, ledger: 1, load: (c, s) => loads.pgbench(database.address, scripts[name], c, s, options.scratch) });
        list.push(alone('completions', 0), alone('messages', 2));
    }
    return list;
}

const used = () => ({
    program: processorSeconds(program.pid), upstream: processorSeconds(upstream.pid), database: processorSeconds(database.pid),
    driver: processorSeconds(process.pid), machine: machineSeconds(), at: performance.now() / 1000,
});

async function balance() {
    const file = fileURLToPath(new URL('balance.sql', import.meta.url));
    return JSON.parse(await loads.psql(database.address, ['-f', file]));
}

/** The books once nothing runs any more; what wrk left under way needs a moment. */
async function settled() {
    for (let tries = 0; ; tries++) {
        const state = await balance();
        if (state.running === 0 || tries === 50)
            return state;
        await new Promise((resolve) => { setTimeout(resolve, 200); });
    }
}

function complaints(target, run, before, after) {
    const ledger = after.ledger - before.ledger;
    const [least, most] = [run.atLeast * target.ledger, run.atMost * target.ledger];
    return [
        run.errors > 0 && `${run.errors} errors${run.firstError ? `, the first: ${run.firstError}` : ''}`,
        run.atLeast === 0 && 'not one answer',
        (ledger < least || ledger > most) && `${run.atLeast} answers, but ${ledger} ledger rows`,
        after.messages - before.messages !== ledger * target.messages && `${after.messages - before.messages} messages for ${ledger} ledger rows`,
        after.failed > 0 && `${after.failed} completions failed`,
        after.running > 0 && `${after.running} completions still run`,
        Number(after.reserved) !== 0 && `${after.reserved} still reserved`,
        after.unbalanced > 0 && `${after.unbalanced} counters differ from the ledger`,
    ].filter(Boolean);
}

async function measure(target, count, duration) {
    const before = await balance();
    const start = used();
    let resident = residentMegabytes(program.pid);
    const sampling = setInterval(() => { resident = Math.max(resident, residentMegabytes(program.pid)); }, 250);
    const run = await target.load(count, duration).finally(() => clearInterval(sampling));
    const end = used();

    const spent = (who) => end[who] - start[who];
    const microseconds = (who) => (spent(who) / Math.max(1, run.atLeast)) * 1e6;
    const others = (spent('machine') - spent('program') - spent('upstream') - spent('database') - spent('driver')) / (end.at - start.at);
    const after = await settled();
    // What PostgreSQL has still to write of this run must not fall on the next.
    await loads.psql(database.address, ['-c', 'CHECKPOINT']);
    return {
        ...run, target: target.name, connections: count, resident, others: Math.max(0, others),
        programMicros: microseconds('program'), databaseMicros: microseconds('database'), wrong: complaints(target, run, before, after),
    };
}

async function main() {
    within('secs', seconds, 1, 30);
    within('rounds', rounds, 1, 15);
    within('users', users, 1, 512);
    connections.forEach((count) => within('conns', count, 1, 256));
    if (!modes.every((mode) => mode === 'json' || mode === 'stream'))
        throw new Error('--mode takes json, stream or both.');

    console.error(`${users} users with a chat each …`);
    const accounts = await openAccounts(program.address, users);
    const rows = fileURLToPath(new URL('postgres-alone.sql', import.meta.url));
    const given = Object.entries({ users, turns, question, answer, idle: idleUsers }).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
    await loads.psql(database.address, [...given, '-f', rows]);
    await loads.psql(database.address, ['-c', 'VACUUM ANALYZE']);
    const scripts = writeStatements(options.scratch, users);
    const measured = Object.fromEntries(modes.map((mode) => [mode, targets(mode, accounts, scripts)]));

    const planned = rounds * connections.length * modes.reduce((sum, mode) => sum + measured[mode].length, 0) * (seconds + 2);
    if (planned > 3000)
        throw new Error(`That is ${planned} s of measuring; access tokens last for an hour. Choose fewer rounds, seconds or connections.`);

    const wrong = [];
    const note = (mode, run, round) => {
        wrong.push(...run.wrong.map((what) => `${mode} ${run.target}, ${run.connections} connections: ${what}`));
        console.error(`${round} ${mode} ${run.target} ${run.connections}: ${run.rate.toFixed(0)}/s, p50 ${(run.p50 / 1000).toFixed(2)} ms, `
            + `others ${run.others.toFixed(2)} cores${run.wrong.length > 0 ? `  !! ${run.wrong.join('; ')}` : ''}`);
    };
    for (const mode of modes) {
        for (const target of measured[mode])
            note(mode, await measure(target, Math.max(...connections.filter((c) => c <= 16), 1), warmUpSeconds), 'warm-up');
    }

    const runs = [];
    for (let round = 0; round < rounds; round++) {
        for (const mode of modes) {
            for (const count of connections) {
                // Each round begins with another one, so that none always follows the same.
                const list = measured[mode];
                const turned = [...list.slice(round % list.length), ...list.slice(0, round % list.length)];
                for (const target of turned) {
                    const run = await measure(target, count, seconds);
                    note(mode, run, `round ${round + 1}`);
                    runs.push({ mode, round, ...run });
                }
            }
        }
    }

    const result = { when: new Date().toISOString(), machine: machine(), options: { seconds, rounds, connections, users, modes }, wrong, runs };
    mkdirSync(options.out, { recursive: true });
    writeFileSync(join(options.out, 'bench.json'), `${JSON.stringify(result, null, 1)}\n`);
    const table = report(result);
    writeFileSync(join(options.out, 'bench.md'), table);
    console.log(table);
    console.error(`Written to ${options.out}`);
    if (wrong.length > 0)
        throw new Error(`Not to be trusted:\n${wrong.join('\n')}`);
}

for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
        loads.stopLoads();
        process.exit(130);
    });
}
main().catch((error) => {
    loads.stopLoads();
    console.error(`error: ${error.message}`);
    process.exit(1);
});
