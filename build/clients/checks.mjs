// What the checks of all clients share. Settings come from the environment: BASE_URL, API_KEY, UPSTREAM_URL.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

export const baseURL = process.env.BASE_URL;
export const apiKey = process.env.API_KEY;
/** Models of the scripted server: without reasoning, with it as `reasoning_content`, with it as `reasoning`; and of the other server. */
export const models = { plain: 'plain-1', thinking: 'thinking-1', reasoning: 'reasoning-1', embedding: 'text-embedding-1', other: 'gpt-4o' };

/** A bound of the answer as coding assistants ask for it: above what was known of any model once. */
export const longAnswer = 32_000;

/** The bodies of the chat completions that reached the scripted server since the function was made. */
export async function upstream() {
    const all = async () => (await fetch(`${process.env.UPSTREAM_URL}/requests`)).json();
    const before = (await all()).length;
    return async () => (await all()).slice(before);
}

const versionOf = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;

/** Runs the checks one after the other and tells how many held; the first lines of a failure go to the error output. */
export async function run(name, checks) {
    let [passed, failed] = [0, 0];
    for (const [what, check] of Object.entries(checks)) {
        try {
            await check();
            passed++;
        } catch (failure) {
            failed++;
            console.error(`${name}, ${what}: ${String(failure?.stack ?? failure).split('\n').slice(0, 4).join('\n    ')}`);
        }
    }
    console.log(`${name} ${versionOf(name)}: ${passed} checks passed, ${failed} failed`);
    // Clients keep connections and timers open.
    process.exit(failed === 0 ? 0 : 1);
}

/** All of an asynchronous sequence. */
export async function all(sequence) {
    const items = [];
    for await (const item of sequence) items.push(item);
    return items;
}

export { assert };
