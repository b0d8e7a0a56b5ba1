// Asks for one stream after another on each of its connections and reads every one to its end.
// Usage: node streams.mjs URL REQUESTS CONNECTIONS SECONDS DELTA LAST    DELTA marks a piece of the answer, LAST the good end.
// Ends with one line of JSON; times in microseconds. Bare sockets, so that it takes little of the processor beside what it measures.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

const [address, file, connections, seconds, delta, last] = process.argv.slice(2);
const url = new URL(address);
if (url.hostname !== '127.0.0.1')
    throw new Error('Loopback only.');

const prepared = readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => {
    const [path, token, body] = line.split('\t');
    const head = [
        `POST ${path} HTTP/1.1`, `Host: ${url.host}`, 'Content-Type: application/json', 'Accept: text/event-stream',
        ...(token ? [`Authorization: Bearer ${token}`] : []), `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
});
const [piece, good] = [Buffer.from(delta), Buffer.from(last)];
const expected = 64;
const grace = 15_000;

const now = () => performance.now() * 1000;
const until = now() + seconds * 1e6;
const firsts = [];
const wholes = [];
let turn = 0;
let answers = 0;
let inTime = 0;
let errors = 0;
let open = Number(connections);
let firstError = '';

const occurrences = (text, mark) => {
    let found = 0;
    for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length))
        found++;
    return found;
};

/** Takes a response apart as its bytes come: status line and headers, then a body by chunks or by length. */
class Response {
    pending = Buffer.alloc(0);
    body = [];
    status = 0;
    left = 0;
    chunked = false;
    ended = false;

    take(bytes) {
        this.pending = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
        if (this.status === 0 && !this.readHead())
            return;
        while (!this.ended && (this.chunked ? this.readChunk() : this.readRest()));
    }

    cut(length) {
        const part = this.pending.subarray(0, length);
        this.pending = this.pending.subarray(length);
        return part;
    }

    readHead() {
        const end = this.pending.indexOf('\r\n\r\n');
        if (end < 0)
            return false;
        const head = this.cut(end + 4).toString('latin1');
        this.status = Number(head.slice(9, 12));
        this.chunked = /\r\ntransfer-encoding: *chunked/i.test(head);
        this.left = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
        return true;
    }

    readRest() {
        const part = this.cut(Math.min(this.left, this.pending.length));
        this.left -= part.length;
        this.body.push(part);
        this.ended = this.left === 0;
        return false;
    }

    readChunk() {
        const end = this.pending.indexOf('\r\n');
        const size = end < 0 ? NaN : parseInt(this.pending.toString('latin1', 0, end), 16);
        if (Number.isNaN(size) || this.pending.length < end + size + 4)
            return false;
        this.cut(end + 2);
        this.body.push(this.cut(size));
        this.cut(2);
        this.ended = size === 0;
        return true;
    }
}

function fail(reason) {
    errors++;
    firstError ||= reason;
}

function work() {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    let response;
    let started;
    let first;

    const ask = () => {
        if (now() >= until) {
            socket.destroy();
            return;
        }
        [response, started, first] = [new Response(), now(), 0];
        socket.write(prepared[turn++ % prepared.length]);
    };
    const check = () => {
        const text = Buffer.concat(response.body);
        const pieces = occurrences(text, piece);
        if (response.status !== 200 || pieces !== expected || occurrences(text, good) !== 1) {
            fail(`status ${response.status}, ${pieces} pieces: ${text.subarray(0, 200)}`);
            return;
        }
        answers++;
        if (now() > until)
            return;
        inTime++;
        firsts.push(first - started);
        wholes.push(now() - started);
    };

    socket.on('connect', ask);
    socket.on('data', (bytes) => {
        response.take(bytes);
        if (first === 0 && Buffer.concat(response.body).includes(piece))
            first = now();
        if (response.ended) {
            check();
            response = undefined;
            ask();
        }
    });
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => {
        if (response && !response.ended)
            fail('the connection was closed within a stream');
        if (--open === 0)
            report();
    });
}

const at = (times, share) => (times.length === 0 ? 0 : Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))]));

function report() {
    const ordered = (times) => times.sort((a, b) => a - b);
    ordered(firsts);
    ordered(wholes);
    const result = {
        answers, inTime, seconds: Number(seconds), errors, firstError,
        first50: at(firsts, 0.5), first99: at(firsts, 0.99), p50: at(wholes, 0.5), p99: at(wholes, 0.99),
    };
    console.log(`RESULT ${JSON.stringify(result)}`);
    process.exit(0);
}

for (let i = Number(connections); i > 0; i--)
    work();
// Streams under way at the end are read to their end, uncounted in the rate, but not for ever.
setTimeout(() => {
    fail(`${open} connections were still waiting ${grace / 1000} s after the end`);
    report();
}, seconds * 1000 + grace);
