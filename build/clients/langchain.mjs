// LangChain's chat model and embeddings.
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { z } from 'zod';
import { all, apiKey, assert, baseURL, longAnswer, models, run } from './checks.mjs';

const chat = (model, more = {}) => new ChatOpenAI({ model, apiKey, maxTokens: longAnswer, maxRetries: 0, configuration: { baseURL }, ...more });
const whole = (chunks) => chunks.reduce((sum, chunk) => sum.concat(chunk));
const weather = tool(({ city }) => `Sunny in ${city}`, { name: 'weather', description: 'The weather of a city.', schema: z.object({ city: z.string() }) });

await run('@langchain/openai', {
    'invoke': async () => {
        const answer = await chat(models.plain).invoke([['system', 'Be brief.'], ['human', 'Hello there']]);
        assert.equal(answer.content, 'You said: Hello there');
        assert.equal(answer.usage_metadata.output_tokens, 4);
    },
    'stream': async () => {
        const answer = whole(await all(await chat(models.plain).stream('Hello there')));
        assert.equal(answer.content, 'You said: Hello there');
        assert.equal(answer.usage_metadata.output_tokens, 4);
    },
    'bindTools': async () => {
        const model = chat(models.plain).bindTools([weather]);
        const question = new HumanMessage('Call weather with {"city":"Oslo"}');
        for (const called of [await model.invoke([question]), whole(await all(await model.stream([question])))]) {
            assert.deepEqual(called.tool_calls.map(({ name, args }) => [name, args]), [['weather', { city: 'Oslo' }]]);
            const result = await weather.invoke(called.tool_calls[0]);
            const answer = await model.invoke([question, called, result]);
            assert.equal(answer.content, 'The tool says: Sunny in Oslo');
        }
    },
    'a tool that gives parts': async () => {
        const model = chat(models.plain).bindTools([weather]);
        const question = new HumanMessage('Call weather with {"city":"Oslo"}');
        const called = await model.invoke([question]);
        const content = [{ type: 'text', text: 'Sunny' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }];
        const answer = await model.invoke([question, called, new ToolMessage({ content, tool_call_id: called.tool_calls[0].id })]);
        assert.equal(answer.content, 'The tool says: Sunny\n[image_url]');
    },
    'withStructuredOutput': async () => {
        const shape = z.object({ city: z.string(), days: z.number() });
        for (const method of ['jsonSchema', 'functionCalling'])
            assert.deepEqual(await chat(models.plain).withStructuredOutput(shape, { method, name: 'trip' }).invoke('A trip'), { city: 'Paris', days: 2 });
    },
    'a model that reasons': async () => {
        const answer = await chat(models.thinking, { reasoning: { effort: 'low' } }).invoke('Hello there');
        assert.equal(answer.content, 'You said: Hello there');
    },
    'embeddings': async () => {
        const embeddings = new OpenAIEmbeddings({ model: models.embedding, apiKey, configuration: { baseURL } });
        assert.deepEqual(await embeddings.embedDocuments(['one', 'three']), [[3, 0.5, -0.25, 1], [5, 0.5, -0.25, 1]]);
    },
    'a server that is not scripted by us': async () => {
        assert.equal((await chat(models.other).invoke('Hello there')).content, 'Hi from another server.');
    },
});
