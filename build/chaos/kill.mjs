// kill -9 of one of two instances under load: the user's quota is free again within 35 seconds.
import { finish, pause, report, send, signUp, startInstance, startUpstream, unbalanced } from './world.mjs';

const upstream = await startUpstream();
const [one, other] = [await startInstance(upstream), await startInstance(upstream)];
const [user, bystander] = await signUp(one.url, 2);
const quota = async () => JSON.parse((await send(`${other.url}/api/v1/users/me/quota`, { method: 'GET', token: user.token })).text)
    .limits.find((limit) => limit.metric === 'tokens').reserved;
const stream = { accept: 'text/event-stream' };
const lost = Array.from({ length: 50 }, () => send(`${one.url}/api/v1/completions`, { token: user.token, body: { prompt: 'Hello', model: 'long' }, headers: stream }));
// The other instance continues with other calls.
let over = false;
const others = [];
const load = Promise.all(Array.from({ length: 8 }, async () => {
    while (!over)
        others.push(await send(`${other.url}/api/v1/completions`, { token: bystander.token, body: { prompt: 'Hello', model: 'quick' } }));
}));
await pause(5_000);
const held = await quota();
report('tokens held by 50 streams before the kill', held, held > 0);
await one.kill('SIGKILL');
const since = performance.now();
while (await quota() > 0 && performance.now() - since < 180_000)
    await pause(200);
const took = (performance.now() - since) / 1000;
over = true;
await load;
await Promise.all(lost);
report('seconds until the quota was free again, at most 35', took.toFixed(1), took <= 35);
const wrong = others.filter((a) => a.status !== 200);
report('failed calls of another user at the other instance', `${wrong.length} of ${others.length}`, wrong.length === 0);
const books = await unbalanced();
report('ledger and counters', books ?? 'agree', !books);
finish();
