// PostgreSQL is stopped for five seconds under load: no finished answer is lost, no credential is refused, and all is well again soon.
import { database, events, finish, pause, report, send, signUp, startInstance, startUpstream, tally, unbalanced } from './world.mjs';

const instance = await startInstance(await startUpstream());
const users = await signUp(instance.url, 16);
const answers = [];
let [over, back] = [false, Infinity];
const load = Promise.all(Array.from({ length: 48 }, async (_, caller) => {
    const [model, stream] = [caller % 2 ? 'slow' : 'quick', caller % 3 !== 0];
    while (!over) {
        const began = performance.now();
        const answer = await send(`${instance.url}/api/v1/completions`, {
            token: users[caller % users.length].token, body: { prompt: 'Hello', model }, headers: stream ? { accept: 'text/event-stream' } : {},
        });
        answers.push({ ...answer, began, ended: performance.now(), stream });
        if (answer.status !== 200)
            await pause(50);
    }
}));
await pause(5_000);
await database('stop');
await pause(5_000);
await database('start');
back = performance.now();
await pause(10_000);
over = true;
await load;

console.log(`answers: ${tally(answers.map((a) => `${a.status} ${a.status === 200 && a.stream ? events(a.text).types.at(-1) : ''}`))}`);
const refused = answers.filter((a) => a.status === 401 || a.status === 403);
report('credentials refused', refused.length, refused.length === 0);
// The AI server always finishes: a run that was admitted ends as succeeded, or its answer was thrown away.
const lost = answers.filter((a) => a.status === 200 && a.stream && events(a.text).types.at(-1) !== 'completion.finished');
report('streams without their ending', tally(lost.map((a) => a.text.slice(-200))) || 'none', lost.length === 0);
const other = answers.filter((a) => ![200, 503].includes(a.status));
report('answers but 200 and 503', tally(other.map((a) => `${a.status} ${a.text.slice(0, 200)}`)) || 'none', other.length === 0);
const first = Math.min(...answers.filter((a) => a.status === 200 && a.began > back).map((a) => a.ended)) - back;
report('milliseconds from the start of PostgreSQL to the first whole answer, at most 1000', first.toFixed(0), first <= 1000);
const failures = answers.filter((a) => a.status !== 200 && a.began > back + 1000);
report('refusals later than a second after it', failures.length, failures.length === 0);
await pause(3_000);
const books = await unbalanced();
report('ledger and counters', books ?? 'agree', !books);
finish();
