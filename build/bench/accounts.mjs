// Users with a signed-in session and a chat that holds a few turns, made through the API like any user's.
import { randomBytes } from 'node:crypto';
import { model, question, turns } from './answers.mjs';

// Hashing a password costs a core a fifth of a second, so more at once would only queue.
const together = 4;

async function call(base, path, body, token, status) {
    const response = await fetch(base + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    if (response.status !== status)
        throw new Error(`POST ${path} answered ${response.status}: ${text.slice(0, 300)}`);
    return JSON.parse(text);
}

async function open(base, number) {
    const account = { email: `user${number}@bench.example`, password: randomBytes(18).toString('base64url') };
    const { id } = await call(base, '/api/v1/auth/register', account, null, 201);
    const { accessToken: token } = await call(base, '/api/v1/auth/login', account, null, 200);
    const chat = await call(base, '/api/v1/chats', { title: 'Benchmark' }, token, 201);
    let leaf;
    for (let turn = 0; turn < turns; turn++) {
        const completion = await call(base, `/api/v1/chats/${chat.id}/messages`, { content: question, model: model.json }, token, 200);
        leaf = completion.message.id;
    }
    return { id, token, chat: chat.id, leaf };
}

/** Makes the accounts, a few at a time. Each has `id`, `token`, `chat` and `leaf`, the last answer of its chat. */
export async function openAccounts(base, count) {
    const accounts = new Array(count);
    let next = 0;
    await Promise.all(Array.from({ length: together }, async () => {
        while (next < count) {
            const number = next++;
            accounts[number] = await open(base, number);
        }
    }));
    return accounts;
}

/** One line a user, to be sent in turn: path, access token, body; separated by tabs, which JSON escapes. */
export function requests(accounts, delivery) {
    const line = (account, path, body) => [path, account.token, JSON.stringify({ ...body, model: model[delivery] })].join('\t');
    return {
        completions: accounts.map((a) => line(a, '/api/v1/completions', { prompt: question })),
        // Every question follows the same answer: otherwise a chat would grow with each request, and a fast run read longer ones.
        messages: accounts.map((a) => line(a, `/api/v1/chats/${a.chat}/messages`, { content: question, parentId: a.leaf })),
    };
}

/** What the program sends to its upstream, for the direct call: without a token, as it has no user. */
export function directRequest(delivery) {
    const stream = delivery === 'stream' ? { stream: true, stream_options: { include_usage: true } } : {};
    const body = { model: model[delivery], messages: [{ role: 'user', content: question }], ...stream, max_tokens: 4096 };
    return [`/${delivery}/v1/chat/completions`, '', JSON.stringify(body)].join('\t');
}
