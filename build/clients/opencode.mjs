// The coding assistant opencode without its screen: a file read by its tool, with and without reasoning.
import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { apiKey, assert, baseURL, models, run } from './checks.mjs';
import { command, newProject, note } from './commands.mjs';

// The package's installer would link the program of the platform's package; without scripts it is started from there.
const require = createRequire(import.meta.url);
const program = join(dirname(require.resolve(`opencode-${process.platform}-${process.arch}/package.json`)), 'bin', 'opencode');

const config = {
    $schema: 'https://opencode.ai/config.json',
    autoupdate: false, share: 'disabled', model: `cleanllm/${models.plain}`, small_model: `cleanllm/${models.plain}`,
    enabled_providers: ['cleanllm'],
    provider: {
        cleanllm: {
            npm: '@ai-sdk/openai-compatible', name: 'CleanLlm', options: { baseURL, apiKey },
            models: Object.fromEntries([models.plain, models.thinking].map((id) => [id, { name: id }])),
        },
    },
};
const folder = join(process.env.XDG_CONFIG_HOME, 'opencode');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'opencode.json'), JSON.stringify(config));
const env = {
    OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_DISABLE_DEFAULT_PLUGINS: '1', OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
};

// Word by word: a word that holds spaces is sent in quotes.
const ask = async (model, prompt, cwd = newProject()) =>
    (await command(program, ['run', '--format', 'json', '--model', `cleanllm/${model}`, ...prompt.split(' ')], { cwd, env }))
        .split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));

await run('opencode-ai', {
    'a file read by its tool': async () => {
        for (const model of [models.plain, models.thinking]) {
            const cwd = newProject();
            const events = await ask(model, `Call read with {"filePath":"${join(cwd, 'note.txt')}"}`, cwd);
            assert.deepEqual(events.filter(({ type }) => type === 'error'), []);
            assert.match(events.filter(({ type }) => type === 'text').map(({ part }) => part.text).join(''), new RegExp(`The tool says: [^]*${note}`));
        }
    },
});
