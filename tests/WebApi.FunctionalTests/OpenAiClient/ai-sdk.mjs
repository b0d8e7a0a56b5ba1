// An independent client: the AI SDK with its provider for OpenAI-compatible servers.
// Usage: node ai-sdk.mjs BASE_URL API_KEY SPENT_API_KEY CHAT_MODEL EMBEDDING_MODEL
// Prints one JSON object: for each call what the SDK gave.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { embedMany, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';

const [baseURL, apiKey, spentKey, chatModel, embeddingModel] = process.argv.slice(2);
const acme = createOpenAICompatible({ name: 'acme', baseURL, apiKey, includeUsage: true });
const model = acme(chatModel);
const weather = tool({
  description: 'The weather of a city.',
  inputSchema: jsonSchema({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }),
  execute: async ({ city }) => `sunny in ${city}`,
});
const usage = ({ inputTokens, outputTokens, totalTokens }) => ({ inputTokens, outputTokens, totalTokens });

const calls = {
  text: async () => {
    const result = await generateText({ model, system: 'Be brief.', prompt: 'Hello there', maxRetries: 0 });
    return { text: result.text, finish: result.finishReason, usage: usage(result.usage) };
  },
  stream: async () => {
    const result = streamText({ model, prompt: 'Hello again', maxRetries: 0 });
    let text = '';
    for await (const piece of result.textStream) text += piece;
    return { text, finish: await result.finishReason, usage: usage(await result.usage) };
  },
  tools: async () => {
    const result = await generateText({ model, prompt: 'both cities', tools: { weather }, stopWhen: stepCountIs(3), maxRetries: 0 });
    return { text: result.text, steps: result.steps.map(step => step.toolCalls.map(({ toolName, input }) => ({ toolName, input }))) };
  },
  'tools streamed': async () => {
    const result = streamText({ model, prompt: 'both cities', tools: { weather }, stopWhen: stepCountIs(3), maxRetries: 0 });
    const kinds = [];
    for await (const part of result.fullStream) if (part.type.startsWith('tool-') || part.type === 'error') kinds.push(part.type);
    return { text: await result.text, kinds, steps: (await result.steps).map(step => step.toolResults.map(({ output }) => output)) };
  },
  embeddings: async () => {
    const result = await embedMany({ model: acme.embeddingModel(embeddingModel), values: ['one', 'two words'], maxRetries: 0 });
    return { embeddings: result.embeddings, tokens: result.usage.tokens };
  },
  'unknown model': () => generateText({ model: acme('acme/none'), prompt: 'x', maxRetries: 0 }),
  'spent key': () => generateText({ model: createOpenAICompatible({ name: 'acme', baseURL, apiKey: spentKey })(chatModel), prompt: 'x', maxRetries: 0 }),
};

const results = {};
for (const [name, call] of Object.entries(calls)) {
  try {
    results[name] = await call();
  } catch (error) {
    if (error.statusCode === undefined) throw new Error(`${name}: ${error.stack}`);
    results[name] = { thrown: error.name, status: error.statusCode, code: error.data?.error?.code };
  }
}
console.log(JSON.stringify(results));
