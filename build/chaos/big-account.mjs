// Export and erasure of an account with 200,000 messages beside light traffic of others: at most twice their median time, the answer to an
// erasure in a second, and memory that does not grow with the export. CHAOS_DATABASE_KIND=sqlite, or --sqlite, takes the embedded database.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { finish, pause, quantile, query, report, send, signUp, startInstance, startUpstream } from './world.mjs';

const messages = 200_000;
const seconds = 15;
const megabyte = 1024 * 1024;
const embedded = process.env.CHAOS_DATABASE_KIND === 'sqlite';
const file = join(process.env.CHAOS_SCRATCH, 'big-account.db');
const sql = embedded
    ? async (text) => (await promisify(execFile)('sqlite3', ['-cmd', '.timeout 60000', file, text])).stdout.trim()
    : query;
const instance = await startInstance(await startUpstream(), {
    environment: embedded ? { ConnectionStrings__Postgres: '', ConnectionStrings__Sqlite: `Data Source=${file}` } : {},
});
const [big, small, ...others] = await signUp(instance.url, 10);
const id = embedded ? `'${big.id.toUpperCase()}'` : `'${big.id}'`;

// Half of the messages in one chat, the others in chats of fifty; a completion and a charge for each answer.
async function fill() {
    const perChat = 50;
    const chats = messages / 2 / perChat;
    const make = embedded
        ? {
            uuid: (kind, n) => `printf('01990000-${kind}-7000-8000-%012X', ${n})`,
            series: (count) => `(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < ${count - 1}) SELECT n FROM s) s`,
            time: (n) => `639000000000000000 + (${n}) * 10000`, text: "hex(randomblob(150))", user: id, no: '0',
        }
        : {
            uuid: (kind, n) => `('01990000-${kind}-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`,
            series: (count) => `generate_series(0, ${count - 1}) s(n)`,
            time: (n) => `timestamptz '2026-01-01 00:00:00Z' + (${n}) * interval '1 millisecond'`,
            text: "repeat(md5(n::text), 9)", user: `${id}::uuid`, no: 'false',
        };
    const price = '{"prompt":0,"completion":0,"version":"v1"}';
    const chatOf = `CASE WHEN n < ${messages / 2} THEN 0 ELSE 1 + (n - ${messages / 2}) / ${perChat} END`;
    for (const statement of [
        `INSERT INTO chats (id, owner_id, message_count, created_at, updated_at) SELECT ${make.uuid('0001', 'n')}, ${make.user}, ${perChat}, ${make.time('n')}, ${make.time('n')} FROM ${make.series(chats + 1)}`,
        `INSERT INTO messages (id, chat_id, role, content, created_at) SELECT ${make.uuid('0002', 'n')}, ${make.uuid('0001', chatOf)}, 1 + n % 2, ${make.text}, ${make.time('n')} FROM ${make.series(messages)}`,
        `INSERT INTO completions (id, user_id, chat_id, model, provider, price, store, status, prompt_tokens, completion_tokens, cost_nanos, findings, created_at, question_stored)
            SELECT ${make.uuid('0003', 'n')}, ${make.user}, ${make.uuid('0001', '0')}, 'quick', 'chaos', '${price}', ${make.no}, 3, 10, 5, 0, '[]', ${make.time('n')}, ${make.no} FROM ${make.series(messages / 2)}`,
        `INSERT INTO usage_ledger (id, user_id, model, provider, prompt_tokens, completion_tokens, cost_nanos, price_version, basis, admitted_at)
            SELECT ${make.uuid('0003', 'n')}, ${make.user}, 'quick', 'chaos', 10, 5, 0, 'v1', 1, ${make.time('n')} FROM ${make.series(messages / 2)}`,
        embedded ? 'SELECT 1' : 'ANALYZE',
    ])
        await sql(statement);
}

const resident = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${instance.pid}/status`, 'utf8'))[1]) * 1024;
const kinds = {
    'sign-in': (user) => send(`${instance.url}/api/v1/auth/login`, { body: { email: user.email, password: user.password } }),
    completion: (user) => send(`${instance.url}/api/v1/completions`, { token: user.token, body: { prompt: 'Hello', model: 'quick' } }),
    reading: (user) => send(`${instance.url}/api/v1/chats`, { method: 'GET', token: user.token }),
};

/** Light traffic until the work is over: the milliseconds of each kind of request, and the largest resident memory. */
async function beside(work) {
    const [took, failed] = [Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []])), []];
    let [over, peak] = [false, resident()];
    const watch = (async () => {
        while (!over) {
            peak = Math.max(peak, resident());
            await pause(50);
        }
    })();
    const load = Promise.all(Object.entries(kinds).map(async ([kind, ask], i) => {
        for (let turn = i; !over; turn++) {
            const answer = await ask(others[turn % others.length]);
            took[kind].push(answer.took);
            if (answer.status !== 200)
                failed.push(`${kind} ${answer.status}`);
            await pause(100);
        }
    }));
    const outcome = await work();
    over = true;
    await Promise.all([watch, load]);
    return { took, peak, outcome, failed };
}

async function exportOf(user) {
    const since = performance.now();
    let [size, found, tail] = [0, 0, ''];
    const response = await fetch(`${instance.url}/api/v1/users/me/export`, { headers: { authorization: `Bearer ${user.token}` } });
    for await (const chunk of response.body) {
        size += chunk.length;
        const text = tail + Buffer.from(chunk).toString('latin1');
        const parts = text.split('"feedback":');
        found += parts.length - 1;
        tail = parts.at(-1).slice(-10);
    }
    return { status: response.status, size, found, whole: tail.endsWith('}'), took: performance.now() - since };
}

function compare(what, calm, busy) {
    for (const kind of Object.keys(kinds)) {
        const [before, during] = [calm, busy].map(({ took }) => [0.5, 0.99].map((share) => quantile(took[kind], share)));
        report(`${kind} of others during the ${what}, p50 at most twice`, `p50 ${before[0].toFixed(1)} -> ${during[0].toFixed(1)} ms, `
            + `p99 ${before[1].toFixed(1)} -> ${during[1].toFixed(1)} ms, ${busy.took[kind].length} requests`, during[0] <= 2 * before[0]);
    }
    report(`requests of others that failed during the ${what}`, busy.failed.join(', ') || 0, busy.failed.length === 0);
}

let since = performance.now();
await fill();
console.log(`${messages} messages made in ${((performance.now() - since) / 1000).toFixed(1)} s, ${embedded ? 'SQLite' : 'PostgreSQL'}`);
// Compiles; not counted.
await exportOf(small);
await send(`${instance.url}/api/v1/users/me`, { method: 'DELETE', token: small.token });
await beside(() => pause(5_000));
const calm = await beside(() => pause(seconds * 1000));

const exporting = await beside(() => exportOf(big));
const document = exporting.outcome;
console.log(`export: ${(document.size / megabyte).toFixed(1)} MB in ${(document.took / 1000).toFixed(1)} s`);
report(`messages in the export, of ${messages}`, `${document.found}, status ${document.status}, ${document.whole ? 'whole' : 'broken off'}`, document.found === messages && document.whole);
report('growth of resident memory during the export, below 64 MB', `${((exporting.peak - calm.peak) / megabyte).toFixed(1)} MB`, exporting.peak - calm.peak < 64 * megabyte);
compare('export', calm, exporting);

const quiet = await beside(() => pause(seconds * 1000));
since = performance.now();
const erasing = await beside(async () => {
    const answer = await send(`${instance.url}/api/v1/users/me`, { method: 'DELETE', token: big.token });
    report('seconds until 204, below 1', `${(answer.took / 1000).toFixed(2)}, status ${answer.status}`, answer.status === 204 && answer.took < 1000);
    while (await sql(`SELECT count(*) FROM users WHERE id = ${id}`) !== '0' && performance.now() - since < 600_000)
        await pause(500);
    return performance.now() - since;
});
console.log(`the last row was gone after ${(erasing.outcome / 1000).toFixed(1)} s`);
for (const [table, column] of [['chats', 'owner_id'], ['completions', 'user_id'], ['usage_ledger', 'user_id'], ['usage_days', 'user_id'], ['quota_counters', 'subject_id'], ['sessions', 'user_id']])
    report(`rows of the account in ${table}`, await sql(`SELECT count(*) FROM ${table} WHERE ${column} = ${id}`), await sql(`SELECT count(*) FROM ${table} WHERE ${column} = ${id}`) === '0');
const left = await sql("SELECT count(*) FROM messages WHERE content LIKE '________________________________________________%'");
report('messages of the account', left, left === '0');
compare('erasure', quiet, erasing);
finish();
