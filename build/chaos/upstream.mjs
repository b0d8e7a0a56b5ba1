// The AI server of the scenarios, in a thread of its own, so that it and the callers do not wait for each other.
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const words = { quick: 5, slow: 20, long: 600 };
const wait = { quick: 0, slow: 100, long: 100 };
const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request)
        parts.push(part);
    if (!request.url.endsWith('/chat/completions')) {
        response.writeHead(404).end();
        return;
    }
    const { model, stream } = JSON.parse(Buffer.concat(parts));
    const usage = { prompt_tokens: 10, completion_tokens: words[model], total_tokens: 10 + words[model] };
    const head = { id: 'chatcmpl-1', created: 1_790_000_000, model };
    if (!stream) {
        await pause(words[model] * wait[model]);
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({
            ...head, object: 'chat.completion', usage,
            choices: [{ index: 0, message: { role: 'assistant', content: 'word '.repeat(words[model]) }, finish_reason: 'stop' }],
        }));
        return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (choices, more) => response.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...more })}\n\n`);
    for (let i = 0; i < words[model] && !response.destroyed; i++) {
        send([{ index: 0, delta: { content: 'word ' }, finish_reason: null }]);
        await pause(wait[model]);
    }
    send([{ index: 0, delta: {}, finish_reason: 'stop' }]);
    send([], { usage });
    response.end('data: [DONE]\n\n');
});
server.listen({ port: workerData, host: '127.0.0.1', backlog: 1024 }, () => parentPort.postMessage('listens'));
