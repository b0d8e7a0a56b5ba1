// LlamaIndex: its model, and an agent-like loop over it with a tool.
import { FunctionTool } from '@llamaindex/core/tools';
import { OpenAI, OpenAIEmbedding } from '@llamaindex/openai';
import { z } from 'zod';
import { all, apiKey, assert, baseURL, longAnswer, models, run } from './checks.mjs';

// A model that the package does not know by name is described to it.
const llm = (model) => new OpenAI({ model, apiKey, baseURL, maxTokens: longAnswer, supportToolCall: true, maxRetries: 0 });
const user = (content) => [{ role: 'user', content }];
const weather = FunctionTool.from(({ city }) => `Sunny in ${city}`, {
    name: 'weather', description: 'The weather of a city.', parameters: z.object({ city: z.string() }),
});

await run('@llamaindex/openai', {
    'chat': async () => {
        const { message } = await llm(models.plain).chat({ messages: [{ role: 'system', content: 'Be brief.' }, ...user('Hello there')] });
        assert.equal(message.content, 'You said: Hello there');
    },
    'stream': async () => {
        const chunks = await all(await llm(models.plain).chat({ messages: user('Hello there'), stream: true }));
        assert.equal(chunks.map(({ delta }) => delta).join(''), 'You said: Hello there');
    },
    'parts': async () => {
        const content = [{ type: 'text', text: 'One' }, { type: 'text', text: 'Two' }];
        assert.equal((await llm(models.plain).chat({ messages: user(content) })).message.content, 'You said: One\nTwo');
    },
    'a tool': async () => {
        const { newMessages, toolCalls } = await llm(models.plain).exec({ messages: user('Call weather with {"city":"Oslo"}'), tools: [weather] });
        assert.deepEqual(toolCalls.map(({ name }) => name), ['weather']);
        const { message } = await llm(models.plain).chat({ messages: [...user('Call weather with {"city":"Oslo"}'), ...newMessages], tools: [weather] });
        assert.equal(message.content, 'The tool says: Sunny in Oslo');
    },
    'a tool in a stream': async () => {
        const question = { messages: user('Call weather with {"city":"Lima"}'), tools: [weather], stream: true };
        const { stream, newMessages, toolCalls } = await llm(models.plain).exec(question);
        await all(stream);
        assert.deepEqual(toolCalls.map(({ name }) => name), ['weather']);
        const { message } = await llm(models.plain).chat({ messages: [...question.messages, ...newMessages()], tools: [weather] });
        assert.equal(message.content, 'The tool says: Sunny in Lima');
    },
    'embeddings': async () => {
        const embedding = new OpenAIEmbedding({ model: models.embedding, apiKey, baseURL });
        assert.deepEqual(await embedding.getTextEmbedding('one'), [3, 0.5, -0.25, 1]);
    },
    'a server that is not scripted by us': async () => {
        assert.equal((await llm(models.other).chat({ messages: user('Hello there') })).message.content, 'Hi from another server.');
    },
});
