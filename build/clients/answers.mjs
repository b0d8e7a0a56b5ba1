// Writes an answer as OpenAI-compatible servers do: one document, or chunks with reasoning, text, calls in pieces and usage.
const fieldOf = (model) => (model.startsWith('reasoning') ? 'reasoning' : 'reasoning_content');
const words = (text) => text.match(/\S+\s*/g) ?? [];

/** A token for every word. */
export const usageOf = (prompt, ...answers) => {
    const count = (texts) => texts.reduce((sum, text) => sum + words(text ?? '').length, 0);
    const [prompted, completed, reasoned] = [count([prompt]) + 1, count(answers), count(answers.slice(1))];
    return {
        prompt_tokens: prompted, completion_tokens: completed, total_tokens: prompted + completed,
        prompt_tokens_details: { cached_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: reasoned },
    };
};

const usage = (body, answer) => usageOf(JSON.stringify(body.messages), answer.text + answer.calls.map((call) => call.arguments).join(' '), answer.reasoning);
const finish = (answer) => (answer.calls.length > 0 ? 'tool_calls' : 'stop');
const head = (body, object) => ({ id: 'chatcmpl-scripted', object, created: 1700000000, model: body.model });
const wire = ({ id, name, arguments: json }) => ({ id, type: 'function', function: { name, arguments: json } });

export function writeDocument(response, body, answer) {
    const message = {
        role: 'assistant',
        content: answer.text === '' ? null : answer.text,
        ...(answer.reasoning && { [fieldOf(body.model)]: answer.reasoning }),
        ...(answer.calls.length > 0 && { tool_calls: answer.calls.map(wire) }),
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({
        ...head(body, 'chat.completion'),
        choices: [{ index: 0, message, finish_reason: finish(answer), logprobs: null }],
        usage: usage(body, answer),
    }));
}

export async function writeChunks(response, body, answer) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const chunk = (choices, more = {}) =>
        response.write(`data: ${JSON.stringify({ ...head(body, 'chat.completion.chunk'), choices, ...more })}\n\n`);
    const delta = (value, reason = null) => chunk([{ index: 0, delta: value, finish_reason: reason }]);

    delta({ role: 'assistant', content: '' });
    for (const word of words(answer.reasoning ?? '')) delta({ [fieldOf(body.model)]: word });
    for (const word of words(answer.text)) delta({ content: word });
    answer.calls.forEach((call, index) => {
        const half = Math.ceil(call.arguments.length / 2);
        delta({ tool_calls: [{ index, ...wire({ ...call, arguments: '' }) }] });
        for (const piece of [call.arguments.slice(0, half), call.arguments.slice(half)])
            delta({ tool_calls: [{ index, function: { arguments: piece } }] });
    });
    delta({}, finish(answer));
    if (body.stream_options?.include_usage) chunk([], { usage: usage(body, answer) });
    response.end('data: [DONE]\n\n');
}
