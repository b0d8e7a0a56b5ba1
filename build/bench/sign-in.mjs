// Times one user's sign-in alone and while others keep the hashing of passwords busy; the program is started by build/bench-sign-in.sh.
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';

const [base, samplesText = '15'] = process.argv.slice(2);
const samples = Number(samplesText);
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

// Each party has an address of its own: all of 127.0.0.0/8 is this machine.
function post(address, path, body, token) {
    const text = JSON.stringify(body);
    return new Promise((resolve, reject) => {
        const call = request(base + path, {
            method: 'POST',
            agent,
            localAddress: address,
            headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...(token && { authorization: `Bearer ${token}` }) },
        }, (response) => {
            let answer = '';
            response.setEncoding('utf8').on('data', (piece) => { answer += piece; }).on('end', () => resolve({ status: response.statusCode, answer }));
        });
        call.on('error', reject).setTimeout(120_000, () => call.destroy(new Error(`POST ${path} took too long`)));
        call.end(text);
    });
}

async function open(address) {
    const account = { email: `${randomBytes(8).toString('hex')}@bench.example`, password: randomBytes(18).toString('base64url') };
    const registered = await post(address, '/api/v1/auth/register', account);
    if (registered.status !== 201)
        throw new Error(`register: ${registered.status} ${registered.answer}`);
    const signedIn = await post(address, '/api/v1/auth/login', account);
    return { ...account, address, token: JSON.parse(signedIn.answer).accessToken };
}

async function signIn(user) {
    const start = performance.now();
    const { status } = await post(user.address, '/api/v1/auth/login', { email: user.email, password: user.password });
    if (status !== 200)
        throw new Error(`sign-in: ${status}`);
    return performance.now() - start;
}

const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];

// Keeps a number of requests in flight while the user signs in again and again.
async function during(user, parallel, attack) {
    let going = true;
    const statuses = {};
    const attackers = Array.from({ length: parallel }, async (_, i) => {
        for (let round = 0; going; round++) {
            const { status } = await attack(i, round);
            statuses[status] = (statuses[status] ?? 0) + 1;
        }
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const times = [];
    for (let i = 0; i < samples; i++)
        times.push(await signIn(user));
    going = false;
    await Promise.all(attackers);
    return { time: median(times), statuses };
}

const ada = await open('127.0.3.1');
const eve = await open('127.0.3.2');
const bob = await open('127.0.3.4');
await signIn(ada);
const alone = [];
for (let i = 0; i < samples; i++)
    alone.push(await signIn(ada));
const unloaded = median(alone);
console.log(`sign-in alone: median ${unloaded.toFixed(0)} ms of ${samples}`);

const next = 'another long password of the bench';
const loads = {
    '100 parallel wrong passwords of one user': [100, () => post(eve.address, '/api/v1/users/me/password', { currentPassword: 'wrong horse battery', newPassword: next }, eve.token)],
    '60 parallel sign-ins of one network, each at another account': [60, (i, round) => post('127.0.3.3', '/api/v1/auth/login', { email: `nobody-${i}-${round}@bench.example`, password: 'wrong horse battery' })],
    '100 parallel password changes of one user': [100, () => post(bob.address, '/api/v1/users/me/password', { currentPassword: bob.password, newPassword: bob.password }, bob.token)],
    '60 parallel sign-ins, each from another network': [60, (i, round) => post(`127.0.4.${i + 1}`, '/api/v1/auth/login', { email: `nobody-${i}-${round}@bench.example`, password: 'wrong horse battery' })],
};
for (const [name, [parallel, attack]] of Object.entries(loads)) {
    const { time, statuses } = await during(ada, parallel, attack);
    console.log(`during ${name}: median ${time.toFixed(0)} ms, ${(time / unloaded).toFixed(2)} times; the others' answers: ${JSON.stringify(statuses)}`);
}

agent.destroy();
