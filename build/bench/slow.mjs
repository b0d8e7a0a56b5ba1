// Holds many slow streams open at once and says what one costs in memory. Started by bench.sh --slow, which starts the servers.
// The upstream is here too: one timer writes a token to every call that is under way, so it is paced, not fast.
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openAccounts } from './accounts.mjs';
import { processorSeconds, residentMegabytes } from './processes.mjs';

const text = { type: 'string' };
const { values: options } = parseArgs({ options: { streams: text, tokens: text, pause: text, port: text, program: text } });
const [address, pid] = [options.program.split(',')[0], Number(options.program.split(',')[1])];
const [streams, tokens, tick] = [options.streams, options.tokens, options.pause].map(Number);
const users = 50;
const deadline = 120_000;

const chunk = (delta, finish) => `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'bench-slow', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const word = chunk({ content: ' word' }, null);
const ending = `${chunk({}, 'stop')}data: ${JSON.stringify({ id: 'c', choices: [], usage: { prompt_tokens: 5, completion_tokens: tokens, total_tokens: tokens + 5 } })}\n\ndata: [DONE]\n\n`;

/** Answers each call with its tokens, one at each tick. */
async function listen() {
    const calls = new Set();
    const server = createServer((request, response) => {
        request.resume().on('end', () => {
            response.writeHead(200, { 'content-type': 'text/event-stream' });
            const call = { response, left: tokens };
            calls.add(call);
            response.on('close', () => calls.delete(call));
        });
    });
    await new Promise((resolve) => server.listen(Number(options.port), '127.0.0.1', 4096, resolve));
    const timer = setInterval(() => {
        for (const call of calls) {
            if (call.left-- > 0) {
                call.response.write(word);
            } else {
                calls.delete(call);
                call.response.end(ending);
            }
        }
    }, tick);
    return () => { clearInterval(timer); server.closeAllConnections(); server.close(); };
}

const occurrences = (text, mark) => text.split(mark).length - 1;

/** One stream, read to its end. */
function read(token) {
    const body = JSON.stringify({ prompt: 'Tell me slowly.', model: 'bench-slow' });
    return new Promise((resolve) => {
        const socket = connect({ host: '127.0.0.1', port: Number(new URL(address).port), noDelay: true });
        const started = performance.now();
        let [first, seen] = [0, ''];
        const end = (error) => {
            socket.destroy();
            const whole = occurrences(seen, 'event: completion.delta') === tokens && seen.includes('event: completion.finished');
            resolve({ first, whole: !error && whole, error: error ?? (whole ? '' : seen.slice(0, 200)) });
        };
        socket.setTimeout(deadline, () => end('too late'));
        socket.on('connect', () => socket.write(
            `POST /api/v1/completions HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${token}\r\n`
            + `Connection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`));
        socket.on('data', (bytes) => {
            seen += bytes.toString('latin1');
            if (first === 0 && seen.includes('completion.delta'))
                first = performance.now() - started;
        });
        socket.on('error', (error) => end(error.message));
        socket.on('close', () => end());
    });
}

/** All of them at once, and the most memory the program had meanwhile. */
async function round(accounts) {
    let peak = residentMegabytes(pid);
    const watch = setInterval(() => { peak = Math.max(peak, residentMegabytes(pid)); }, 100);
    const started = performance.now();
    const [own, all] = [processorSeconds(pid), process.cpuUsage()];
    const results = await Promise.all(Array.from({ length: streams }, (_, i) => read(accounts[i % accounts.length].token)));
    clearInterval(watch);
    const firsts = results.map((result) => result.first).sort((a, b) => a - b);
    const seconds = (performance.now() - started) / 1000;
    const load = process.cpuUsage(all);
    return {
        cpu: processorSeconds(pid) - own, load: (load.user + load.system) / 1e6,
        complete: results.filter((result) => result.whole).length,
        error: results.find((result) => !result.whole)?.error ?? '',
        seconds, peak, tokensPerSecond: Math.round((streams * tokens) / seconds),
        first50: firsts[Math.floor(firsts.length / 2)], first99: firsts[Math.floor(firsts.length * 0.99)],
    };
}

const stop = await listen();
const accounts = await openAccounts(address, users);
// The code is compiled and the pools are filled by a tenth of the load, so that the memory that follows is the streams' own.
const all = streams;
const results = [];
await Promise.all(Array.from({ length: Math.ceil(all / 10) }, (_, i) => read(accounts[i % users].token)));
await pause(15_000);
const idle = residentMegabytes(pid);
for (let i = 0; i < 3; i++) {
    results.push(await round(accounts));
    await pause(15_000);
    results.at(-1).after = residentMegabytes(pid);
}
stop();

console.log(`${all} streams at once, ${tokens} tokens, one every ${tick} ms; resident memory of the program before: ${idle.toFixed(0)} MB`);
for (const { cpu, load, complete, seconds, tokensPerSecond, first50, first99, peak, after, error } of results) {
    console.log(`complete ${complete} in ${seconds.toFixed(1)} s (processor: program ${cpu.toFixed(1)} s, load ${load.toFixed(1)} s) (${tokensPerSecond} tokens/s), first token p50 ${first50.toFixed(0)} ms p99 ${first99.toFixed(0)} ms, `
        + `peak ${peak.toFixed(0)} MB = ${((peak - idle) * 1024 / all).toFixed(1)} KiB a stream, 15 s after ${after.toFixed(0)} MB${error && `; ${error}`}`);
}
process.exit(results.every((result) => result.complete === all) ? 0 : 1);
