// Groups of writes on two instances: users at their limits, repeated keys, deleted chats, kill -9 and a restart of PostgreSQL in the middle.
import { randomUUID } from 'node:crypto';
import { database, finish, pause, query, report, send, signUp, startInstance, startUpstream, tally, unbalanced } from './world.mjs';

const allowed = 40;
const admin = { email: 'admin@chaos.example', password: randomUUID() };
const settings = {
    environment: {
        Admin__Email: admin.email, Admin__Password: admin.password,
        Plans__1__Name: 'few', Plans__1__Concurrency: '1000',
        Plans__1__Limits__0__Metric: 'requests', Plans__1__Limits__0__Window: 'day', Plans__1__Limits__0__Amount: `${allowed}`,
    },
};
const upstream = await startUpstream();
const [one, two] = [await startInstance(upstream, settings), await startInstance(upstream, settings)];
const users = await signUp(one.url, 64);
const limited = users.slice(0, 8);
const { accessToken: token } = JSON.parse((await send(`${one.url}/api/v1/auth/login`, { body: admin })).text);
const few = JSON.parse((await send(`${one.url}/api/v1/admin/plans`, { method: 'GET', token })).text).find((plan) => plan.name === 'few');
for (const user of limited) {
    const moved = await send(`${one.url}/api/v1/admin/users/${user.id}`, { method: 'PATCH', token, body: { planId: few.id } });
    if (moved.status !== 200)
        throw new Error(`No plan: ${moved.status} ${moved.text}`);
}
// The other instance knows the plans of users a while later.
await pause(6_000);

let over = false;
const [answers, pairs] = [[], []];
const body = { prompt: 'Hello', model: 'quick' };
const urlOf = (turn) => (turn % 2 ? two : one).url;
const note = (answer, what) => answers.push({ ...answer, what });

async function ask(user, turn) {
    note(await send(`${urlOf(turn)}/api/v1/completions`, { token: user.token, body }), 'plain');
}

// The same request on both instances at once makes one completion.
async function repeat(user) {
    const headers = { 'idempotency-key': randomUUID() };
    const both = await Promise.all([one, two].map((instance) => send(`${instance.url}/api/v1/completions`, { token: user.token, body, headers })));
    both.forEach((answer) => note(answer, 'repeated'));
    pairs.push(both);
}

// The chat goes while it is being answered.
async function remove(user, turn) {
    const chat = await send(`${urlOf(turn)}/api/v1/chats`, { token: user.token, body: { title: 'Chaos' } });
    if (chat.status !== 201)
        return;
    const { id } = JSON.parse(chat.text);
    const [answer] = await Promise.all([
        send(`${urlOf(turn)}/api/v1/chats/${id}/messages`, { token: user.token, body: { content: 'Hello', model: 'quick' } }),
        send(`${urlOf(turn + 1)}/api/v1/chats/${id}`, { method: 'DELETE', token: user.token }),
    ]);
    note(answer, 'deleted chat');
}

const load = Promise.all(users.map(async (user, number) => {
    for (let turn = number; !over; turn++) {
        if (limited.includes(user) || turn % 4 < 2)
            await ask(user, turn);
        else if (turn % 4 === 2)
            await repeat(user);
        else
            await remove(user, turn);
        if (limited.includes(user) || answers.at(-1).status !== 200)
            await pause(20);
    }
}));
await pause(4_000);
await two.kill('SIGKILL');
await pause(3_000);
await database('stop');
await pause(1_000);
await database('start');
await pause(6_000);
over = true;
await load;
// What the killed instance held is free again, and those at their limits use up the rest.
await pause(36_000);
for (const user of limited) {
    for (let left = allowed; left > 0; left--) {
        const answer = await send(`${one.url}/api/v1/completions`, { token: user.token, body });
        note(answer, 'plain');
        if (answer.status === 429)
            break;
    }
}

console.log(`answers: ${tally(answers.map((a) => `${a.what} ${a.status}`))}`);
const books = await unbalanced();
report('ledger and counters', books ?? 'agree', !books);
const rows = await query(`SELECT count(*) FROM completions c WHERE (status = 2) <> EXISTS (
    SELECT 1 FROM running_completions r WHERE r.user_id = c.user_id AND r.id = c.id)`);
report('completions whose row among the running ones is wrong', rows, rows === '0');
const acknowledged = answers.filter((a) => a.status === 200).map((a) => JSON.parse(a.text).id);
const kept = Number(await query(`SELECT count(*) FROM usage_ledger WHERE id IN (${[...new Set(acknowledged)].map((id) => `'${id}'`).join(',')})`));
report('acknowledged completions without their line in the ledger', new Set(acknowledged).size - kept, new Set(acknowledged).size === kept);
const spent = await query(`SELECT string_agg(used::text, ',') FROM quota_counters WHERE metric = 1 AND subject_id IN (${limited.map((u) => `'${u.id}'`).join(',')})`);
report(`requests of those who may make ${allowed}`, spent, spent.split(',').length === limited.length && spent.split(',').every((used) => Number(used) === allowed));
const twice = pairs.filter((pair) => pair.every((a) => a.status === 200) && new Set(pair.map((a) => JSON.parse(a.text).id)).size > 1);
report('repeated requests that made two completions', `${twice.length} of ${pairs.length}`, twice.length === 0);
// 0: the instance was killed. 503: PostgreSQL was away. A chat that is gone is a 404, and what its deletion meets may be a conflict.
const expected = { plain: [200, 0, 503, 429], repeated: [200, 0, 503, 409], 'deleted chat': [200, 0, 503, 404, 409] };
const wrong = answers.filter((a) => !expected[a.what].includes(a.status));
report('answers with another status', tally(wrong.map((a) => `${a.what} ${a.status} ${a.text.slice(0, 200)}`)) || 'none', wrong.length === 0);
finish();
