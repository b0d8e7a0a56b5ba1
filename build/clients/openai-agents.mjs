// OpenAI's agents over chat completions.
import { Agent, run as runAgent, setDefaultOpenAIClient, setOpenAIAPI, setTracingDisabled, tool } from '@openai/agents';
import OpenAI from 'openai';
import { z } from 'zod';
import { all, apiKey, assert, baseURL, longAnswer, models, run } from './checks.mjs';

setDefaultOpenAIClient(new OpenAI({ baseURL, apiKey }));
setOpenAIAPI('chat_completions');
setTracingDisabled(true);

const weather = tool({
    name: 'weather', description: 'The weather of a city.', parameters: z.object({ city: z.string() }), execute: async ({ city }) => `Sunny in ${city}`,
});
const agent = (model, more = {}) => new Agent({ name: 'Assistant', instructions: 'Be brief.', model, modelSettings: { maxTokens: longAnswer }, ...more });

await run('@openai/agents', {
    'a run': async () => {
        assert.equal((await runAgent(agent(models.plain), 'Hello there')).finalOutput, 'You said: Hello there');
    },
    'a run with a tool': async () => {
        const result = await runAgent(agent(models.plain, { tools: [weather] }), 'Call weather with {"city":"Oslo"}');
        assert.equal(result.finalOutput, 'The tool says: Sunny in Oslo');
    },
    'a streamed run with a tool': async () => {
        for (const model of [models.plain, models.thinking, models.reasoning]) {
            const result = await runAgent(agent(model, { tools: [weather] }), 'Call weather with {"city":"Lima"}', { stream: true });
            const text = (await all(result.toTextStream())).join('');
            await result.completed;
            assert.equal(text, 'The tool says: Sunny in Lima', model);
        }
    },
    'a handoff': async () => {
        const second = agent(models.plain, { name: 'Second' });
        const result = await runAgent(agent(models.plain, { handoffs: [second] }), 'Call transfer_to_Second with {}');
        assert.match(result.finalOutput, /^The tool says: /);
    },
    'an output type': async () => {
        const result = await runAgent(agent(models.plain, { outputType: z.object({ city: z.string(), days: z.number() }) }), 'A trip');
        assert.deepEqual(result.finalOutput, { city: 'Paris', days: 2 });
    },
    'a conversation that goes on': async () => {
        const first = await runAgent(agent(models.plain, { tools: [weather] }), 'Call weather with {"city":"Oslo"}');
        const second = await runAgent(agent(models.plain), [...first.history, { role: 'user', content: 'Thank you' }]);
        assert.equal(second.finalOutput, 'You said: Thank you');
    },
    'a server that is not scripted by us': async () => {
        assert.equal((await runAgent(agent(models.other), 'Hello there')).finalOutput, 'Hi from another server.');
    },
});
