// The coding assistant Qwen Code without its screen: a file read by its tool, with and without reasoning.
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiKey, assert, baseURL, models, run, upstream } from './checks.mjs';
import { command, newProject, note } from './commands.mjs';

const program = fileURLToPath(new URL('node_modules/@qwen-code/qwen-code/cli.js', import.meta.url));
mkdirSync(join(homedir(), '.qwen'), { recursive: true });
writeFileSync(join(homedir(), '.qwen', 'settings.json'), JSON.stringify({
    general: { disableAutoUpdate: true, enableAutoUpdate: false }, privacy: { usageStatisticsEnabled: false }, telemetry: { enabled: false },
}));

/** Asks in a project and gives the events that it writes as JSON. */
async function ask(model, prompt, cwd) {
    const env = { OPENAI_BASE_URL: baseURL, OPENAI_API_KEY: apiKey, OPENAI_MODEL: model };
    const output = await command(process.execPath, [program, '--auth-type', 'openai', '--yolo', '--output-format', 'json', '-p', prompt], { cwd, env });
    return JSON.parse(output);
}
const result = (events) => events.find(({ type }) => type === 'result');

await run('@qwen-code/qwen-code', {
    'a file read by its tool': async () => {
        for (const model of [models.plain, models.thinking]) {
            const sent = await upstream();
            const cwd = newProject();
            const { is_error: failed, result: text } = result(await ask(model, `Call read_file with {"file_path":"${join(cwd, 'note.txt')}"}`, cwd));
            assert.equal(failed, false, text);
            assert.match(text, new RegExp(`The tool says: [^]*${note}`));
            assert.ok((await sent()).length >= 2);
        }
    },
});
