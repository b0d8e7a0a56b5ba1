// The AI SDK with its provider for OpenAI-compatible servers.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { embedMany, generateText, Output, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { apiKey, assert, baseURL, longAnswer, models, run, upstream } from './checks.mjs';

const provider = createOpenAICompatible({ name: 'cleanllm', baseURL, apiKey, includeUsage: true, supportsStructuredOutputs: true });
const reasoning = 'First I look at the question. Then I answer it.';
const weather = tool({
    description: 'The weather of a city.', inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => ({ text: `Sunny in ${city}` }),
});
const settings = { maxOutputTokens: longAnswer, maxRetries: 0 };

await run('@ai-sdk/openai-compatible', {
    'generateText': async () => {
        const { text, usage } = await generateText({ ...settings, model: provider(models.plain), system: 'Be brief.', prompt: 'Hello there' });
        assert.equal(text, 'You said: Hello there');
        assert.equal(usage.outputTokens, 4);
    },
    'streamText': async () => {
        const result = streamText({ ...settings, model: provider(models.plain), prompt: 'Hello there' });
        assert.equal(await result.text, 'You said: Hello there');
        assert.equal((await result.usage).outputTokens, 4);
        assert.equal(await result.finishReason, 'stop');
    },
    'parts of a message': async () => {
        const sent = await upstream();
        const content = [{ type: 'text', text: 'One', providerOptions: { openaiCompatible: { cache_control: { type: 'ephemeral' } } } }, { type: 'text', text: 'Two' }];
        await generateText({ ...settings, model: provider(models.plain), messages: [{ role: 'user', content }] });
        const [{ messages }] = await sent();
        assert.deepEqual(messages[0].content, [{ type: 'text', text: 'One', cache_control: { type: 'ephemeral' } }, { type: 'text', text: 'Two' }]);
    },
    'a tool': async () => {
        const { text, steps } = await generateText({
            ...settings, model: provider(models.plain), prompt: 'Call weather with {"city":"Oslo"}', tools: { weather }, stopWhen: stepCountIs(3),
        });
        assert.equal(text, 'The tool says: {"text":"Sunny in Oslo"}');
        assert.equal(steps.length, 2);
    },
    'a tool in a stream of a model that reasons, which gets its reasoning back': async () => {
        for (const [model, field] of [[models.thinking, 'reasoning_content'], [models.reasoning, 'reasoning']]) {
            const sent = await upstream();
            const result = streamText({
                ...settings, model: provider(model), prompt: 'Call weather with {"city":"Lima"}', tools: { weather }, stopWhen: stepCountIs(3),
            });
            assert.equal(await result.text, 'The tool says: {"text":"Sunny in Lima"}');
            const [first] = await result.steps;
            assert.equal(first.reasoningText, reasoning, `${field} of a stream`);
            const called = (await sent()).at(-1).messages.find(({ tool_calls: calls }) => calls);
            assert.equal(called.reasoning_content ?? called.reasoning, reasoning, `${field} comes back`);
        }
    },
    'reasoning of a document': async () => {
        const { reasoningText, text } = await generateText({ ...settings, model: provider(models.thinking), prompt: 'Hello there' });
        assert.equal(reasoningText, reasoning);
        assert.equal(text, 'You said: Hello there');
    },
    'an object by its schema': async () => {
        const { output } = await generateText({
            ...settings, model: provider(models.plain), prompt: 'A trip', output: Output.object({ schema: z.object({ city: z.string(), days: z.number() }) }),
        });
        assert.deepEqual(output, { city: 'Paris', days: 2 });
    },
    'embedMany': async () => {
        const { embeddings } = await embedMany({ model: provider.embeddingModel(models.embedding), values: ['one', 'three'] });
        assert.deepEqual(embeddings, [[3, 0.5, -0.25, 1], [5, 0.5, -0.25, 1]]);
    },
    'a server that is not scripted by us': async () => {
        const result = streamText({ ...settings, model: provider(models.other), prompt: 'Hello there' });
        assert.equal(await result.text, 'Hi from another server.');
    },
});
