// Two instances are restarted one after the other under load: none of 5,000 requests fails. Most of them come through nginx, which asks none
// for its health and tries another instance; the others as through a balancer that asks for readiness each half second and tries nothing twice.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { events, finish, freePort, pause, report, send, signUp, startInstance, startUpstream, tally, unbalanced } from './world.mjs';

const upstream = await startUpstream();
const instances = [await startInstance(upstream), await startInstance(upstream)];
const users = await signUp(instances[0].url, 16);
const [port, folder] = [await freePort(), join(process.env.CHAOS_SCRATCH, 'balancer')];
mkdirSync(folder, { recursive: true });
const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
// As in docs/operations.md: another instance is tried when the first one refused the request or did not take the connection.
writeFileSync(join(folder, 'nginx.conf'), `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http { access_log off; ${temporary}
    upstream cleanllm { ${instances.map((i) => `server 127.0.0.1:${i.port} max_fails=0;`).join(' ')} keepalive 64; }
    server { listen 127.0.0.1:${port};
        location / { proxy_pass http://cleanllm; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_read_timeout 300s;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header Host $host;
            proxy_connect_timeout 2s; proxy_next_upstream error http_503 non_idempotent; proxy_next_upstream_tries 2; } } }
`);
const nginx = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: 'inherit' });
process.on('exit', () => nginx.kill());
await pause(1_000);

const answers = [];
let over = false;
const ready = instances.map(() => true);
const checks = Promise.all(instances.map(async (instance, i) => {
    while (!over) {
        ready[i] = (await send(`${instance.url}/health/ready`, { method: 'GET', seconds: 5 })).status === 200;
        await pause(500);
    }
}));
let turn = 0;
const readyUrl = () => {
    const taken = instances.filter((_, i) => ready[i]);
    return taken[turn++ % taken.length].url;
};
const load = Promise.all(Array.from({ length: 32 }, async (_, caller) => {
    const stream = caller % 4 === 0;
    const checked = caller % 4 === 1 || caller % 16 === 0;
    while (!over || answers.length < 5_000) {
        const answer = await send(`${checked ? readyUrl() : `http://127.0.0.1:${port}`}/api/v1/completions`, {
            token: users[caller % users.length].token, body: { prompt: 'Hello', model: stream ? 'slow' : 'quick' }, headers: stream ? { accept: 'text/event-stream' } : {},
        });
        answer.checked = checked;
        answer.ending = answer.status === 200 && stream ? events(answer.text).types.at(-1) : '';
        answers.push(answer);
        // About as many as the machine serves with one instance.
        await pause(40);
    }
}));
await pause(3_000);
for (let i = 0; i < instances.length; i++) {
    const since = performance.now();
    const code = await instances[i].kill('SIGTERM');
    console.log(`instance ${i + 1} ended with ${code} after ${((performance.now() - since) / 1000).toFixed(1)} s`);
    report('seconds from SIGTERM to the end, at most 30', ((performance.now() - since) / 1000).toFixed(1), performance.now() - since <= 30_000 && code === 0);
    instances[i] = await startInstance(upstream, { port: instances[i].port });
    await pause(2_000);
}
over = true;
await load;
await checks;
const failed = answers.filter((a) => a.status !== 200 || (a.ending && a.ending !== 'completion.finished'));
report(`failed of ${answers.length}`, `${failed.length} ${tally(failed.map((a) => `${a.checked ? 'by readiness' : 'nginx'} ${a.status} ${a.ending} ${a.text.slice(0, 150)}`))}`, failed.length === 0);
const books = await unbalanced();
report('ledger and counters', books ?? 'agree', !books);
finish();
