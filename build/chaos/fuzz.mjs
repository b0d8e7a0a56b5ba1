// 20,000 requests made of the API's own document and then spoilt, and 500 combinations of charset, encoding and bytes: none is answered
// by a 5xx but 502 to 504, and the program goes on. Usage: fuzz.mjs [SEED]; the same seed sends the same requests.
import { Agent, request as open } from 'node:http';
import { gzipSync, deflateSync, brotliCompressSync } from 'node:zlib';
import { finish, report, send, signUp, startInstance, startUpstream, tally } from './world.mjs';

const [count, variants, together] = [20_000, 500, 16];
const seed = Number(process.argv[2] ?? Date.now() % 1_000_000);
console.log(`seed ${seed}`);

// mulberry32: small, quick and the same everywhere.
let state = seed;
function random() {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];

const instance = await startInstance(await startUpstream());
const { hostname, port } = new URL(instance.url);
const agent = new Agent({ keepAlive: true, maxSockets: together });
let [user] = await signUp(instance.url, 1);
const document = JSON.parse((await send(`${instance.url}/swagger/v1/swagger.json`, { method: 'GET' })).text);
const calls = Object.entries(document.paths).flatMap(([path, operations]) => Object.entries(operations)
    .filter(([method]) => ['get', 'post', 'put', 'patch', 'delete', 'head'].includes(method))
    .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })));

const texts = ['', ' ', 'Hello', 'quick', '\0', '\u202e', '\ud800', 'a'.repeat(70_000), '%00', "'; DROP TABLE users; --", '{{7*7}}', '../../etc/passwd', '\r\nX: y',
    '🙂'.repeat(500), 'ⅷ', 'ﬁ', '-1', '1e999', 'null', '0', '2026-13-45', '00000000-0000-0000-0000-000000000000', 'vic@example.com', 'vic@xn--', 'data:image/png;base64,AAAA',
    'http://169.254.169.254./', '<script>', '${jndi:ldap://x}', '٣', 'İ', 'ß'];
const numbers = [0, -1, 1, 1.5, -0, 1e308, 2 ** 31, 2 ** 53, 2 ** 63, -(2 ** 63), Number.MIN_VALUE, 100];
const anything = (depth = 0) => pick([
    () => pick(texts), () => pick(numbers), () => null, () => random() < 0.5,
    () => (depth > 3 ? [] : Array.from({ length: below(5) }, () => anything(depth + 1))),
    () => (depth > 3 ? {} : Object.fromEntries(Array.from({ length: below(5) }, () => [pick(['role', 'content', 'type', 'id', 'model', '__proto__', '$type', pick(texts)]), anything(depth + 1)]))),
])();

function valid(schema, depth = 0) {
    if (!schema || depth > 6)
        return null;
    if (schema.$ref)
        return valid(document.components.schemas[schema.$ref.split('/').at(-1)], depth);
    const one = (schema.oneOf ?? schema.anyOf ?? schema.allOf)?.[0];
    if (one)
        return valid(one, depth + 1);
    if (schema.enum)
        return pick(schema.enum);
    const type = Array.isArray(schema.type) ? schema.type.find((t) => t !== 'null') : schema.type;
    if (type === 'object' || schema.properties)
        return Object.fromEntries(Object.entries(schema.properties ?? {}).filter(() => random() < 0.7).map(([name, of]) => [name, name === 'model' ? 'quick' : valid(of, depth + 1)]));
    if (type === 'array')
        return Array.from({ length: below(3) }, () => valid(schema.items, depth + 1));
    return { integer: below(100), number: random(), boolean: random() < 0.5 }[type] ?? pick(['Hello', 'quick', user.id, 'vic@example.com', '2027-01-01T00:00:00Z']);
}

// Puts something else into one place of a value, leaves it out, or adds one.
function spoil(value) {
    if (value === null || typeof value !== 'object' || random() < 0.15)
        return anything();
    const names = Object.keys(value);
    const copy = Array.isArray(value) ? [...value] : { ...value };
    const name = names.length ? pick(names) : 'extra';
    if (random() < 0.1)
        copy[pick(texts) || 'extra'] = anything();
    else if (random() < 0.1 && !Array.isArray(copy))
        delete copy[name];
    else
        copy[name] = spoil(copy[name]);
    return copy;
}

function bytesOf(body) {
    let text = JSON.stringify(body);
    if (random() < 0.05)
        text = text.slice(0, below(text.length + 1));
    if (random() < 0.03)
        text = text.replace('{', '{"model":"quick","model":"slow",');
    if (random() < 0.02)
        text = '['.repeat(below(2_000)) + text;
    const bytes = Buffer.from(text);
    if (random() < 0.05 && bytes.length)
        bytes[below(bytes.length)] = below(256);
    return bytes;
}

const raw = (method, path, headers, body) => new Promise((resolve) => {
    const call = open({ hostname, port, agent, method, path, headers, timeout: 60_000 }, (response) => {
        response.setEncoding('utf8');
        let text = '';
        response.on('data', (piece) => { text = (text + piece).slice(0, 2_000); });
        response.on('end', () => resolve({ status: response.statusCode, text }));
        response.on('error', () => resolve({ status: 'cut', text }));
    });
    // A server may refuse a body by its length before all of it was sent.
    call.on('error', (fault) => resolve({ status: fault.code, text: fault.message }));
    call.on('timeout', () => call.destroy(new Error('no answer in 60 s')));
    call.end(body);
});

const encode = (value) => encodeURIComponent(`${value}`.toWellFormed?.() ?? `${value}`.replace(/[\ud800-\udfff]/g, '?'));
function fuzzed() {
    const { path, method, operation } = pick(calls);
    const target = path.replaceAll(/\{[^}]*\}/g, () => encode(pick([user.id, ...texts.filter((t) => t.length < 200)])));
    const query = random() < 0.3 ? `?${pick(['limit', 'cursor', 'q', 'from', 'by', 'returnUrl', 'x'])}=${encode(pick(texts).slice(0, 200))}` : '';
    const headers = random() < 0.95 ? {} : { authorization: 'Bearer x.y.z' };
    if (random() < 0.2)
        headers.accept = pick(['text/event-stream', 'text/csv', '*/*', 'x', 'application/xml', 'text/event-stream;q=x']);
    if (random() < 0.1)
        headers['idempotency-key'] = pick(['k', 'a'.repeat(256), 'é', ' ', `${below(5)}`]);
    if (random() < 0.1)
        headers[pick(['last-event-id', 'prefer', 'x-api-key', 'x-forwarded-for', 'range', 'if-none-match', 'expect', 'traceparent', 'host'])] = pick(['1', '-1', '9'.repeat(30), 'respond-async', '::1', 'é', 'a;b,c']);
    const schema = operation.requestBody?.content?.['application/json']?.schema;
    if (method === 'GET' || method === 'HEAD' || (!schema && random() < 0.8))
        return { method, target: target + query, headers };
    headers['content-type'] = random() < 0.97 ? 'application/json' : pick(['text/plain', 'application/json; charset=x', '', 'multipart/form-data']);
    const body = valid(schema);
    return { method, target: target + query, headers, body: bytesOf(random() < 0.15 ? body : spoil(body)) };
}

function charset(i) {
    const path = pick(['/api/v1/completions', '/v1/chat/completions', '/api/v1/auth/login', '/api/v1/chats', '/v1/embeddings']);
    const text = JSON.stringify({ prompt: 'Grüße', model: 'quick', messages: [{ role: 'user', content: 'Grüße' }], email: 'vic@example.com', password: 'x', title: 'Grüße', input: 'ü' });
    const name = pick(['utf-8', 'UTF8', '"utf-8"', 'utf-16', 'utf-16le', 'utf-7', 'iso-8859-1', 'windows-1252', 'x-user-defined', '', '"', 'utf-8;charset=latin1', 'é', '\t', 'us-ascii', 'utf-32']);
    const bytes = pick([() => Buffer.from(text), () => Buffer.from(text, 'utf16le'), () => Buffer.from(text, 'latin1'), () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]),
        () => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]), () => Buffer.alloc(0), () => Buffer.from([0xc0, 0x80]), () => Buffer.from([0xed, 0xa0, 0x80])])();
    const encoding = pick(['', '', 'gzip', 'GZIP', 'deflate', 'br', 'identity', 'gzip, gzip', 'x-gzip', 'zstd', 'gzip;q=1', 'é', ',']);
    const packed = pick([() => bytes, () => gzipSync(bytes), () => deflateSync(bytes), () => brotliCompressSync(bytes), () => gzipSync(bytes).subarray(0, 20), () => Buffer.concat([gzipSync(bytes), bytes])])();
    const type = pick([`application/json; charset=${name}`, `application/json;charset=${name};charset=utf-8`, `application/vnd.api+json; charset=${name}`, `text/json; charset=${name}`, `application/json; ${name}`]);
    const headers = { 'content-type': type, ...(encoding && { 'content-encoding': encoding }) };
    return { method: 'POST', target: path, headers, body: i % 3 ? packed : bytes };
}

async function all(name, made) {
    const statuses = [];
    const bad = [];
    let next = 0;
    await Promise.all(Array.from({ length: together }, async () => {
        while (next < made.length) {
            const call = made[next++];
            const { status, text } = await raw(call.method, call.target, { authorization: `Bearer ${user.token}`, ...call.headers }, call.body);
            statuses.push(status);
            if (typeof status === 'number' && status >= 500 && ![502, 503, 504].includes(status))
                bad.push(`${status} ${call.method} ${call.target.slice(0, 200)} ${JSON.stringify(call.headers)} ${call.body?.toString('latin1').slice(0, 400)} -> ${text.slice(0, 200)}`);
            // A spoilt request may well have changed the password, erased the account or ended the session.
            if (status === 401 && (await send(`${instance.url}/api/v1/users/me`, { method: 'GET', token: user.token })).status === 401)
                [user] = await signUp(instance.url, 1);
        }
    }));
    console.log(`${name}: ${tally(statuses.toSorted())}`);
    for (const line of bad.slice(0, 10))
        console.log(line);
    report(`${name}, 5xx but 502 to 504 of ${statuses.length}`, bad.length, bad.length === 0);
}

for (let done = 0; done < count; done += 2_000)
    await all(`requests ${done + 1} to ${done + 2_000}`, Array.from({ length: 2_000 }, fuzzed));
await all('charsets and encodings', Array.from({ length: variants }, (_, i) => charset(i)));
report('the program answers', (await send(`${instance.url}/health/ready`, { method: 'GET' })).status, (await send(`${instance.url}/health/live`, { method: 'GET' })).status === 200);
finish();
