// The official package: documents, streams, its helpers for streams, tools and schemas, embeddings, models, errors.
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { all, apiKey, assert, baseURL, models, run, upstream } from './checks.mjs';

const client = new OpenAI({ baseURL, apiKey });
const { completions } = client.chat;
const ask = (content, more = {}) => ({ model: models.plain, messages: [{ role: 'user', content }], ...more });
const cities = [];
const weather = {
    type: 'function',
    function: {
        name: 'weather', description: 'The weather of a city.', strict: true,
        parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
        parse: JSON.parse,
        function: ({ city }) => { cities.push(city); return `Sunny in ${city}`; },
    },
};

await run('openai', {
    'a document': async () => {
        const answer = await completions.create(ask('Hello there'));
        assert.equal(answer.choices[0].message.content, 'You said: Hello there');
        assert.equal(answer.choices[0].finish_reason, 'stop');
        assert.equal(answer.usage.completion_tokens, 4);
    },
    'a stream': async () => {
        const chunks = await all(await completions.create(ask('Hello there', { stream: true, stream_options: { include_usage: true } })));
        assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''), 'You said: Hello there');
        assert.equal(chunks.at(-1).usage.completion_tokens, 4);
    },
    'stream().finalChatCompletion()': async () => {
        const answer = await completions.stream(ask('Hello there')).finalChatCompletion();
        assert.equal(answer.choices[0].message.content, 'You said: Hello there');
    },
    'the long answers that coding assistants ask for': async () => {
        for (const bound of [{ max_tokens: 32_000 }, { max_completion_tokens: 64_000 }, { max_tokens: 1_000_000 }]) {
            const answer = await completions.create(ask('Hello there', bound));
            assert.equal(answer.choices[0].message.content, 'You said: Hello there');
        }
    },
    'parts, roles and names': async () => {
        const sent = await upstream();
        await completions.create({
            model: models.plain,
            messages: [
                { role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] },
                { role: 'user', name: 'ada', content: [{ type: 'text', text: 'One' }, { type: 'text', text: 'Two' }] },
                { role: 'assistant', content: null, refusal: 'No.' },
                { role: 'user', content: [{ type: 'text', text: 'Look' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' } }] },
            ],
        });
        const [{ messages }] = await sent();
        assert.deepEqual(messages[1], { role: 'user', name: 'ada', content: [{ type: 'text', text: 'One' }, { type: 'text', text: 'Two' }] });
        assert.deepEqual(messages[3].content[1], { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' } });
    },
    'runTools': async () => {
        const text = await completions.runTools({ ...ask('Call weather with {"city":"Oslo"}'), tools: [weather] }).finalContent();
        assert.equal(text, 'The tool says: Sunny in Oslo');
    },
    'runTools as a stream': async () => {
        const text = await completions.runTools({ ...ask('Call weather with {"city":"Lima"}'), tools: [weather], stream: true }).finalContent();
        assert.equal(text, 'The tool says: Sunny in Lima');
        assert.deepEqual(cities, ['Oslo', 'Lima']);
    },
    'parse with zod': async () => {
        const shape = z.object({ city: z.string(), days: z.number() });
        const answer = await completions.parse(ask('A trip', { response_format: zodResponseFormat(shape, 'trip') }));
        assert.deepEqual(answer.choices[0].message.parsed, { city: 'Paris', days: 2 });
    },
    'reasoning': async () => {
        const answer = await completions.create(ask('Hello there', { model: models.thinking, reasoning_effort: 'low' }));
        assert.equal(answer.choices[0].message.content, 'You said: Hello there');
        assert.equal(answer.choices[0].message.reasoning_content, 'First I look at the question. Then I answer it.');
        const chunks = await all(await completions.create(ask('Hello there', { model: models.thinking, stream: true })));
        assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.reasoning_content ?? '').join(''), 'First I look at the question. Then I answer it.');
    },
    'embeddings': async () => {
        const { data, usage } = await client.embeddings.create({ model: models.embedding, input: ['one', 'three'] });
        assert.deepEqual(data.map(({ embedding }) => embedding), [[3, 0.5, -0.25, 1], [5, 0.5, -0.25, 1]]);
        assert.ok(usage.prompt_tokens > 0);
    },
    'models': async () => {
        const ids = (await all(client.models.list())).map(({ id }) => id);
        assert.ok([models.plain, models.embedding, models.other].every((id) => ids.includes(id)), ids.join());
        assert.equal((await client.models.retrieve(models.plain)).id, models.plain);
    },
    'errors': async () => {
        await assert.rejects(completions.create(ask('Hello', { model: 'no-such-model' })), OpenAI.NotFoundError);
        await assert.rejects(new OpenAI({ baseURL, apiKey: 'clk_wrong' }).models.list(), OpenAI.AuthenticationError);
    },
    'a server that is not scripted by us': async () => {
        const answer = await completions.create(ask('Hello there', { model: models.other }));
        assert.equal(answer.choices[0].message.content, 'Hi from another server.');
        const text = await completions.runTools({ ...ask('What is the weather?', { model: models.other }), tools: [weather], stream: true }).finalContent();
        assert.equal(text, 'It is sunny.');
    },
});
