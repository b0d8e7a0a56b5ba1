// The official openai package, unmodified: only baseURL and apiKey differ between CleanLlm and any other server of OpenAI's API.
// Usage: node calls.mjs BASE_URL API_KEY SPENT_API_KEY CHAT_MODEL EMBEDDING_MODEL
// Prints one JSON object: for each call what the package gave, without what differs by nature (ids and times).
import OpenAI from 'openai';

const [baseURL, apiKey, spentKey, model, embeddingModel] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const user = content => ({ role: 'user', content });
const question = 'What is the weather like today in my town?';
const pixel = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
    strict: true,
  },
};
const time = { type: 'function', function: { name: 'get_time', parameters: { type: 'object', properties: { city: { type: 'string' } } } } };

const ask = (body, options) => client.chat.completions.create({ model, messages: [user(question)], ...body }, options);

/** All chunks of a stream: their number, the text and tool calls they make, how they end. */
async function collect(stream) {
  const seen = { roles: [], content: '', calls: [], finish: null, usage: null, chunksAfterFinish: 0 };
  for await (const chunk of stream) {
    if (chunk.object !== 'chat.completion.chunk' || chunk.model !== model) throw new Error('not a chunk of this model');
    if (seen.finish) seen.chunksAfterFinish++;
    if (chunk.usage) seen.usage = chunk.usage;
    for (const { delta, finish_reason } of chunk.choices) {
      if (delta.role) seen.roles.push(delta.role);
      seen.content += delta.content ?? '';
      for (const { index, id, type, function: call } of delta.tool_calls ?? []) {
        seen.calls[index] ??= { id, type, name: call.name, arguments: '' };
        seen.calls[index].arguments += call.arguments ?? '';
      }
      seen.finish ??= finish_reason;
    }
  }
  return seen;
}

const calls = {
  'models list': async () => (await client.models.list()).data.filter(({ id }) => [model, embeddingModel].includes(id)).map(({ id, object }) => ({ id, object })),
  'models retrieve': async () => { const { id, object } = await client.models.retrieve(model); return { id, object }; },
  'models retrieve: unknown': () => client.models.retrieve('acme/none'),
  'chat': () => ask({}),
  'chat: conversation': () => ask({ messages: [{ role: 'system', content: 'Be brief.' }, user('Hello'), { role: 'assistant', content: 'Hi.' }, user('And now?')] }),
  'chat: developer role': () => ask({ messages: [{ role: 'developer', content: 'Speak like a pirate.' }, user('Hello')] }),
  'chat: parts': () => ask({ messages: [user([{ type: 'text', text: 'One ' }, { type: 'text', text: 'two' }])] }),
  'chat: image part': () => ask({ messages: [user([{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url: pixel, detail: 'low' } }])] }),
  'chat: image by address': () => ask({ messages: [user([{ type: 'text', text: 'And this?' }, { type: 'image_url', image_url: { url: 'https://example.org/a.png' } }])] }),
  'chat: max_tokens': () => ask({ max_tokens: 4 }),
  'chat: max_completion_tokens': () => ask({ max_completion_tokens: 5 }),
  'chat: stop, one': () => ask({ stop: ' today' }),
  'chat: stop, several': () => ask({ stop: ['nowhere', ' in'] }),
  'chat: seed, temperature, user': () => ask({ seed: 7, temperature: 0.5, user: 'somebody' }),
  'chat: a field unknown to OpenAI': () => ask({ top_k: 3 }),
  'chat: n=1, store, metadata': () => ask({ n: 1, store: false, metadata: { kind: 'test' } }),
  'chat: json_object': () => ask({ response_format: { type: 'json_object' } }),
  'chat: json_schema, parsed': () => client.chat.completions.parse({
    model,
    messages: [user(question)],
    response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: { type: 'object', properties: { answer: { type: 'integer' } } } } },
  }),
  'stream': async () => collect(await ask({ stream: true })),
  'stream: usage': async () => collect(await ask({ stream: true, stream_options: { include_usage: true } })),
  'stream: stop and max_tokens': async () => collect(await ask({ stream: true, stop: ['weather'], max_tokens: 3 })),
  'stream: abort': async () => {
    const stream = await ask({ stream: true });
    const pieces = [];
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) pieces.push(chunk.choices[0].delta.content);
      if (pieces.length === 3) stream.controller.abort();
      if (pieces.length > 3) break;
    }
    return { aborted: stream.controller.signal.aborted, pieces: pieces.slice(0, 3) };
  },
  'stream: helper': () => client.chat.completions.stream({ model, messages: [user(question)], stream_options: { include_usage: true } }).finalChatCompletion(),
  'tools': () => ask({ tools: [weather, time] }),
  'tools: round trip': async () => {
    const messages = [user(question)];
    const first = await ask({ messages, tools: [weather] });
    messages.push(first.choices[0].message);
    for (const call of first.choices[0].message.tool_calls)
      messages.push({ role: 'tool', tool_call_id: call.id, content: `sunny in ${JSON.parse(call.function.arguments).city}` });
    return ask({ messages, tools: [weather] });
  },
  'tools: streamed': async () => collect(await ask({ stream: true, tools: [weather] })),
  'tools: parallel, streamed': async () => collect(await ask({ stream: true, messages: [user('both cities')], tools: [weather, time], parallel_tool_calls: true })),
  'tools: runTools, streamed': async () => {
    const asked = [];
    const runner = client.chat.completions.runTools({
      model,
      stream: true,
      messages: [user('both cities')],
      tools: [{ type: 'function', function: { ...weather.function, parse: JSON.parse, function: ({ city }) => { asked.push(city); return `rain in ${city}`; } } }],
    });
    return { answer: await runner.finalContent(), asked, roles: runner.messages.map(message => message.role) };
  },
  'tools: one function': () => ask({ tools: [weather, time], tool_choice: { type: 'function', function: { name: 'get_time' } } }),
  'tools: required': () => ask({ tools: [time], tool_choice: 'required' }),
  'tools: none': () => ask({ tools: [weather], tool_choice: 'none' }),
  'embeddings: one': () => client.embeddings.create({ model: embeddingModel, input: 'the first text' }),
  'embeddings: several as float': () => client.embeddings.create({ model: embeddingModel, input: ['one', 'two words'], encoding_format: 'float' }),
  'embeddings: base64': () => client.embeddings.create({ model: embeddingModel, input: ['one', 'two words'], encoding_format: 'base64' }),
  'embeddings: dimensions': () => client.embeddings.create({ model: embeddingModel, input: 'short', dimensions: 3, encoding_format: 'float' }),
  'embeddings: empty': () => client.embeddings.create({ model: embeddingModel, input: '' }),
  'error 400: no messages': () => client.chat.completions.create({ model }),
  'error 400: temperature': () => ask({ temperature: 3 }),
  'error 400: n': () => ask({ n: 2 }),
  'error 400: role': () => ask({ messages: [{ role: 'wizard', content: 'x' }] }),
  'error 400: tool message without a call': () => ask({ messages: [user('x'), { role: 'tool', tool_call_id: 'call_9', content: 'y' }] }),
  'error 400: in a stream': () => ask({ stream: true, temperature: -1 }),
  'error 401: key': () => new OpenAI({ baseURL, apiKey: 'sk-unknown', maxRetries: 0 }).chat.completions.create({ model, messages: [user('x')] }),
  'error 404: model': () => ask({ model: 'acme/none' }),
  'error 404: address': () => client.get('/nothing'),
  'error 429: quota': () => new OpenAI({ baseURL, apiKey: spentKey }).chat.completions.create({ model, messages: [user('x')] }),
};

const differsByNature = new Set(['created', 'system_fingerprint', '_request_id']);
const clean = (key, value) => (differsByNature.has(key) || (key === 'id' && /^chatcmpl-/.test(value)) ? undefined : value);

const results = {};
for (const [name, call] of Object.entries(calls)) {
  try {
    results[name] = JSON.parse(JSON.stringify(await call(), clean));
  } catch (error) {
    if (!(error instanceof OpenAI.APIError)) throw new Error(`${name}: ${error.stack}`);
    results[name] = { thrown: error.constructor.name, status: error.status, type: error.type, code: error.code, param: error.param };
  }
}
console.log(JSON.stringify(results));
