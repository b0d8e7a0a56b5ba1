// A small OpenAI-compatible server whose answers follow from the request alone. Usage: node upstream.mjs PORT KEY
// GET /requests gives the bodies of all chat completions so far, so that a client's check can see what arrived here.
import http from 'node:http';
import { answerTo, Refusal } from './script.mjs';
import { usageOf, writeChunks, writeDocument } from './answers.mjs';

const [port, key] = process.argv.slice(2);
const models = ['plain-1', 'thinking-1', 'reasoning-1', 'text-embedding-1'];
const requests = [];

const send = (response, status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
};

const refuse = (response, status, message, code = null) =>
    send(response, status, { error: { message, type: 'invalid_request_error', param: null, code } });

async function read(request) {
    const parts = [];
    for await (const part of request) parts.push(part);
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

async function chat(request, response) {
    const body = await read(request);
    requests.push(body);
    if (!models.includes(body.model)) return refuse(response, 404, 'No such model.', 'model_not_found');
    const answer = answerTo(body);
    if (body.stream) await writeChunks(response, body, answer);
    else writeDocument(response, body, answer);
}

async function embeddings(request, response) {
    const { model, input, encoding_format: format } = await read(request);
    const texts = [input].flat();
    const vector = (text) => Float32Array.from([text.length, 0.5, -0.25, 1]);
    const encoded = (values) => (format === 'base64' ? Buffer.from(values.buffer).toString('base64') : [...values]);
    send(response, 200, {
        object: 'list', model,
        data: texts.map((text, index) => ({ object: 'embedding', index, embedding: encoded(vector(text)) })),
        usage: usageOf(texts.join(' ')),
    });
}

const server = http.createServer(async (request, response) => {
    try {
        const path = request.url.split('?')[0];
        if (path === '/requests') send(response, 200, requests);
        else if (request.headers.authorization !== `Bearer ${key}`) refuse(response, 401, 'Wrong key.', 'invalid_api_key');
        else if (path === '/v1/models') send(response, 200, { object: 'list', data: models.map((id) => ({ id, object: 'model' })) });
        else if (path === '/v1/chat/completions') await chat(request, response);
        else if (path === '/v1/embeddings') await embeddings(request, response);
        else refuse(response, 404, 'No such address.');
    } catch (failure) {
        if (failure instanceof Refusal) refuse(response, 400, failure.message);
        else refuse(response, 500, String(failure));
    }
});
server.listen(Number(port), '127.0.0.1');
