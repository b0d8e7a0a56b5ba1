// 400 callers at once for ten seconds on a PostgreSQL as it comes: nothing sticks, those admitted are served alike, refusals are quick.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { events, finish, pause, query, quantile, report, send, signUp, startInstance, startUpstream, tally, unbalanced } from './world.mjs';

const callers = 400;
const seconds = 10;
const instance = await startInstance(await startUpstream());
const users = await signUp(instance.url, 50);
// Twice: the first is not counted, since nothing is compiled yet and no connection is open.
for (const counted of [false, true]) {
    const until = performance.now() + (counted ? seconds : 3) * 1000;
    const answers = [];
    const loop = monitorEventLoopDelay({ resolution: 5 });
    loop.enable();
    await Promise.all(Array.from({ length: callers }, async (_, caller) => {
        const stream = caller % 2 === 1;
        while (performance.now() < until) {
            const answer = await send(`${instance.url}/api/v1/completions`, {
                token: users[caller % users.length].token, body: { prompt: 'Hello', model: 'quick' }, headers: stream ? { accept: 'text/event-stream' } : {},
            });
            answer.ending = answer.status === 200 && stream ? events(answer.text).types.at(-1) : '';
            answers.push(answer);
            if (answer.status === 503)
                await pause((Number(answer.headers.get('retry-after')) + Math.random()) * 1000);
        }
    }));
    loop.disable();
    if (!counted)
        continue;
    console.log(`the callers' own delay, part of all that follows: p50 ${(loop.percentile(50) / 1e6).toFixed(0)} ms, p99 ${(loop.percentile(99) / 1e6).toFixed(0)} ms`);
    const admitted = answers.filter((a) => a.status === 200);
    const refused = answers.filter((a) => a.status === 503);
    console.log(`answers: ${tally(answers.map((a) => `${a.status} ${a.ending}`))}; ${(admitted.length / seconds).toFixed(0)} completions a second`);
    const [p50, p99] = [0.5, 0.99].map((share) => quantile(admitted.map((a) => a.took), share));
    report('p99 of those admitted, at most 3 times p50', `${p99.toFixed(0)} ms, ${p50.toFixed(0)} ms`, p99 <= 3 * p50);
    if (refused.length) {
        const code = (answer) => JSON.parse(answer.text).code;
        for (const reason of new Set(refused.map(code))) {
            const waits = refused.filter((a) => code(a) === reason).map((a) => a.took);
            console.log(`${waits.length} x ${reason}: p50 ${quantile(waits, 0.5).toFixed(0)} ms, p99 ${quantile(waits, 0.99).toFixed(0)} ms`);
        }
        report('wait for a refusal, p99, at most 100 ms', `${quantile(refused.map((a) => a.took), 0.99).toFixed(0)} ms`, quantile(refused.map((a) => a.took), 0.99) <= 100);
        report('refusals without Retry-After', refused.filter((a) => !a.headers.has('retry-after')).length, refused.every((a) => a.headers.has('retry-after')));
    }
    const others = answers.filter((a) => a.status !== 200 && a.status !== 503 || a.ending === 'completion.failed');
    report('other answers', tally(others.map((a) => `${a.status} ${a.text.slice(-200)}`)) || 'none', others.length === 0);
}
await pause(5_000);
const stuck = Number(await query('SELECT count(*) FROM completions WHERE status IN (1, 2)'));
report('stuck runs', stuck, stuck === 0);
const books = await unbalanced();
report('ledger and counters', books ?? 'agree', !books);
finish();
