// Writes the configuration of the AI server of the benchmark: nginx with fixed answers, below /json/v1 and /stream/v1.
// Usage: node upstream.mjs PORT FOLDER
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, answerTokens, model, promptTokens, words } from './answers.mjs';

const [port, folder] = process.argv.slice(2);
const usage = { prompt_tokens: promptTokens, completion_tokens: answerTokens, total_tokens: promptTokens + answerTokens };
const head = { id: 'chatcmpl-bench', created: 1790000000, system_fingerprint: 'fp_bench' };

const whole = {
    ...head, object: 'chat.completion', model: model.json, usage,
    choices: [{ index: 0, message: { role: 'assistant', content: answer, refusal: null }, logprobs: null, finish_reason: 'stop' }],
};
const chunk = (delta, finish_reason = null) =>
    ({ ...head, object: 'chat.completion.chunk', model: model.stream, choices: [{ index: 0, delta, logprobs: null, finish_reason }], usage: null });
const chunks = [
    chunk({ role: 'assistant', content: '' }),
    ...words.map((content) => chunk({ content })),
    chunk({}, 'stop'),
    { ...chunk({}), choices: [], usage },
];
// A file, because a text in nginx's configuration has at most 4,096 bytes.
writeFileSync(join(folder, 'answer.sse'), `${chunks.map((c) => `data: ${JSON.stringify(c)}\n\n`).join('')}data: [DONE]\n\n`);

const quoted = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `    ${kind}_temp_path ${folder}/tmp-${kind};`).join('\n');
writeFileSync(join(folder, 'nginx.conf'), `daemon off;
worker_processes 1;
worker_rlimit_nofile 4096;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
events { worker_connections 2048; }
http {
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    tcp_nodelay on;
    # Prompts stay in memory.
    client_body_buffer_size 1m;
    open_file_cache max=8 inactive=1h;
    open_file_cache_valid 1h;
${temporary}
    server {
        listen 127.0.0.1:${port} backlog=2048;
        location = /health { return 200 ok; }
        location = /json/v1/chat/completions {
            default_type application/json;
            return 200 ${quoted(JSON.stringify(whole))};
        }
        # nginx serves a file to GET only, and an error page to every method.
        location = /stream/v1/chat/completions {
            error_page 418 =200 /answer.sse;
            return 418;
        }
        location = /answer.sse {
            internal;
            root ${folder};
            types { }
            default_type text/event-stream;
        }
    }
}
`);
