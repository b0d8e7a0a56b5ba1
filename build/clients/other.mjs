// A second server, not written by us: aimock of CopilotKit with two answers. Usage: node other.mjs PORT
import { LLMock } from '@copilotkit/aimock';

const mock = new LLMock({ port: Number(process.argv[2]), host: '127.0.0.1' });
mock.onMessage('Hello', { content: 'Hi from another server.' });
mock.on({ userMessage: 'weather', hasToolResult: true }, { content: 'It is sunny.' });
mock.on({ userMessage: 'weather' }, { toolCalls: [{ name: 'weather', arguments: JSON.stringify({ city: 'Paris' }) }] });
await mock.start();
console.log(mock.url);
