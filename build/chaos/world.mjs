// What every scenario needs: instances of the program, its AI server, users, a PostgreSQL that can be stopped, and figures.
import { spawn, execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

export { pause };
const run = promisify(execFile);
const { CHAOS_APP: app, CHAOS_SCRATCH: scratch, CHAOS_POSTGRES: postgres, CHAOS_REDIS: redis } = process.env;
const encryptionKey = randomBytes(32).toString('base64');
const children = new Set();

process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => process.exit(1));

/** A loopback port below those that connections are lent. */
export async function freePort() {
    for (;;) {
        const port = 12_000 + Math.floor(Math.random() * 8_000);
        const socket = createSocket();
        const free = await new Promise((resolve) => {
            socket.once('error', () => resolve(false));
            socket.listen(port, '127.0.0.1', () => socket.close(() => resolve(true)));
        });
        if (free)
            return port;
    }
}

/** An AI server: `quick` answers at once, `slow` streams a word every 100 ms for about two seconds, `long` for a minute. */
export async function startUpstream() {
    const port = await freePort();
    const upstream = new Worker(new URL('./upstream.mjs', import.meta.url), { workerData: port });
    await once(upstream, 'message');
    upstream.unref();
    return `http://127.0.0.1:${port}/v1`;
}

/** One instance in Production on the shared servers; ready when it is returned. */
export async function startInstance(upstream, settings = {}) {
    const port = settings.port ?? await freePort();
    const url = `http://127.0.0.1:${port}`;
    const environment = {
        PATH: process.env.PATH, HOME: process.env.HOME, DOTNET_ROOT: process.env.DOTNET_ROOT ?? '',
        ASPNETCORE_ENVIRONMENT: 'Production', ASPNETCORE_URLS: url,
        ConnectionStrings__Postgres: postgres, ConnectionStrings__Redis: redis,
        Encryption__Keys__0__Id: 'chaos', Encryption__Keys__0__Key: encryptionKey,
        RateLimiting__Enabled: 'false',
        Http__TrustedProxies__0: '127.0.0.0/8',
        Titles__Enabled: 'false',
        Ai__Providers__0__Name: 'chaos', Ai__Providers__0__Kind: 'OpenAi', Ai__Providers__0__BaseUrl: upstream,
        Ai__Providers__0__MaxConcurrentCalls: '2000',
        ...Object.fromEntries(['quick', 'slow', 'long'].flatMap((id, i) => [
            [`Ai__Providers__0__Models__${i}__Id`, id], [`Ai__Providers__0__Models__${i}__ContextWindow`, '8000'],
            [`Ai__Providers__0__Models__${i}__MaxOutputTokens`, '1000'],
        ])),
        Plans__0__Name: 'chaos', Plans__0__Default: 'true', Plans__0__Concurrency: '1000',
        Plans__0__Limits__0__Metric: 'tokens', Plans__0__Limits__0__Window: 'day', Plans__0__Limits__0__Amount: '1000000000',
        ...settings.environment,
    };
    const folder = join(scratch, `instance-${port}`);
    await mkdir(folder, { recursive: true });
    const log = openSync(join(folder, 'log'), 'a');
    const child = spawn('dotnet', [join(app, 'CleanLlm.WebApi.dll')], { cwd: folder, env: environment, stdio: ['ignore', log, log] });
    children.add(child);
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => {
        children.delete(child);
        resolve(code ?? signal);
    }));
    const instance = { url, port, pid: child.pid, log: join(folder, 'log'), ended, kill: (signal) => { child.kill(signal); return ended; } };
    const deadline = Date.now() + 120_000;
    for (;;) {
        if (child.exitCode !== null || Date.now() > deadline)
            throw new Error(`The program did not start; see ${instance.log}`);
        try {
            if ((await fetch(`${url}/health/ready`)).ok)
                return instance;
        } catch {
            // Not listening yet.
        }
        await pause(100);
    }
}

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** Sends JSON and reads the answer to its end: status, headers, text, and the milliseconds it took. Status 0: no whole answer came. */
export function send(url, { method = 'POST', token, body, headers = {}, seconds = 120 } = {}) {
    const since = performance.now();
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise((resolve) => {
        const end = (status, answered, text) => resolve({ status, headers: new Map(Object.entries(answered)), text, took: performance.now() - since });
        const fail = (fault) => end(0, {}, String(fault.cause ?? fault));
        const call = request(url, {
            agent, method, signal: AbortSignal.timeout(seconds * 1000),
            headers: {
                ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }), ...(token && { authorization: `Bearer ${token}` }), ...headers,
            },
        }, (response) => {
            const parts = [];
            response.on('data', (part) => parts.push(part));
            response.on('error', fail);
            response.on('end', () => end(response.statusCode, response.headers, Buffer.concat(parts).toString()));
        });
        call.on('error', fail);
        call.end(payload);
    });
}

/** New users, signed in. */
export async function signUp(url, count) {
    const users = [];
    for (let i = 0; i < count; i++) {
        const account = { email: `user-${randomBytes(6).toString('hex')}@chaos.example`, password: randomBytes(18).toString('base64url') };
        const registered = await send(`${url}/api/v1/auth/register`, { body: account });
        const signedIn = await send(`${url}/api/v1/auth/login`, { body: account });
        if (signedIn.status !== 200)
            throw new Error(`No sign-in: ${registered.status} ${registered.text} ${signedIn.status} ${signedIn.text}`);
        users.push({ ...account, id: JSON.parse(registered.text).id, token: JSON.parse(signedIn.text).accessToken });
    }
    return users;
}

/** The types of a text of server-sent events, in their order, and the last event's data. */
export function events(text) {
    const blocks = text.split('\n\n').filter((block) => block.includes('event:'));
    const field = (block, name) => block.split('\n').find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1).trim();
    return { types: blocks.map((block) => field(block, 'event')), last: blocks.length ? JSON.parse(field(blocks.at(-1), 'data') ?? 'null') : null };
}

/** One number, or rows of text, from the database. */
export async function query(sql) {
    const fields = Object.fromEntries(postgres.split(';').map((pair) => pair.split('=')));
    const psql = run(process.env.CHAOS_PSQL, ['-X', '-q', '-A', '-t', '-h', fields.Host, '-p', fields.Port, '-U', fields.Username, '-f', '-', fields.Database]);
    // As input and no argument: a list of many thousand ids is longer than arguments may be.
    psql.child.stdin.end(sql);
    return (await psql).stdout.trim();
}

/** Stops or starts PostgreSQL; see chaos.sh. */
export const database = (what) => run(process.env.CHAOS_DATABASE, [what], { timeout: 60_000 });

/** Whether the ledger and the counters agree and nothing is held; the text says what does not. */
export async function unbalanced() {
    const [running, reserved, apart, days] = (await query(`
        SELECT (SELECT count(*) FROM completions WHERE status IN (1, 2)), (SELECT coalesce(sum(reserved), 0) FROM quota_counters),
            (SELECT count(*) FROM quota_counters c WHERE c.metric = 2 AND c.used <> (
                SELECT coalesce(sum(l.prompt_tokens + l.completion_tokens), 0) FROM usage_ledger l
                WHERE l.user_id = c.subject_id AND date_trunc('day', l.admitted_at, 'UTC') = c.period_start)),
            (SELECT count(*) FROM (SELECT user_id, sum(requests) AS requests, sum(cost_nanos) AS cost FROM usage_days GROUP BY user_id) d
                FULL JOIN (SELECT user_id, count(*) AS requests, sum(cost_nanos) AS cost FROM usage_ledger
                    WHERE user_id IN (SELECT id FROM users) GROUP BY user_id) l USING (user_id)
                WHERE (d.requests, d.cost) IS DISTINCT FROM (l.requests, l.cost))`)).split('|').map(Number);
    return running || reserved || apart || days
        ? `${running} runs open, ${reserved} tokens held, ${apart} counters and the days of ${days} users differ from the ledger` : null;
}

export const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;

export function tally(values) {
    const counts = new Map();
    for (const value of values)
        counts.set(`${value}`, (counts.get(`${value}`) ?? 0) + 1);
    return [...counts].map(([value, count]) => `${count} x ${value}`).join(', ');
}

let failures = 0;

/** Prints a figure and whether it keeps its bound. */
export function report(what, figure, kept) {
    failures += kept ? 0 : 1;
    console.log(`${kept ? 'kept  ' : 'BROKEN'} ${what}: ${figure}`);
}

/** Ends the scenario: with 1 when a bound was broken. */
export const finish = () => process.exit(failures ? 1 : 0);
