// What the scripted model answers. It calls a tool when tools are offered and the question has no result yet, tells the results once
// they are there, gives sample JSON when a schema is asked for, and otherwise repeats the question.

/** A request that an OpenAI-compatible server would refuse. */
export class Refusal extends Error {}

const roles = ['system', 'developer', 'user', 'assistant', 'tool'];

/** All text of a message, its parts one a line. */
export const textOf = ({ content }) =>
    typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? `[${part.type}]`).join('\n');

/** The answer to a request: reasoning, text and calls of tools. */
export function answerTo(body) {
    check(body);
    const reasoning = /thinking|reasoning/.test(body.model) ? 'First I look at the question. Then I answer it.' : null;
    const since = body.messages.findLastIndex(({ role }) => role === 'user');
    const results = body.messages.slice(since + 1).filter(({ role }) => role === 'tool');
    if (results.length > 0) return { reasoning, text: `The tool says: ${results.map(textOf).join(' and ')}`, calls: [] };
    const question = since < 0 ? '' : textOf(body.messages[since]);
    const calls = callsFor(body, question);
    if (calls.length > 0) return { reasoning, text: '', calls };
    return { reasoning, text: plainText(body, question), calls };
}

// "Call read_file with {…}" names tool and arguments; otherwise it is the first tool, with sample arguments.
function callsFor(body, question) {
    const tools = (body.tools ?? []).map((tool) => tool.function);
    if (tools.length === 0 || body.tool_choice === 'none') return [];
    const [, asked, json] = /\bcall ([\w-]+) with (\{.*?\})/i.exec(question) ?? [];
    const wanted = asked ?? body.tool_choice?.function?.name;
    const tool = wanted ? tools.find(({ name }) => name === wanted) : tools[0];
    if (!tool) throw new Refusal(`No tool is called ${wanted}.`);
    return [{ id: `call_${body.messages.length}`, name: tool.name, arguments: json ?? JSON.stringify(sample(tool.parameters)) }];
}

function plainText(body, question) {
    const format = body.response_format;
    if (format?.type === 'json_schema') return JSON.stringify(sample(format.json_schema.schema));
    if (format?.type === 'json_object') return JSON.stringify({ answer: question });
    return `You said: ${question}`;
}

/** The smallest value that a schema allows, for the keywords that clients use. */
function sample(schema = { type: 'object' }) {
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return schema.enum[0];
    const type = [schema.type ?? (schema.properties ? 'object' : 'string')].flat()[0];
    if (type === 'object') return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, value]) => [name, sample(value)]));
    return { string: 'Paris', number: 2, integer: 2, boolean: true, array: [], null: null }[type];
}

// What servers refuse: unknown roles, results of calls that were not made, calls without a result.
function check({ messages }) {
    if (!Array.isArray(messages) || messages.length === 0) throw new Refusal('No messages.');
    let open = new Set();
    for (const { role, content, tool_calls: calls, tool_call_id: id } of messages) {
        if (!roles.includes(role)) throw new Refusal(`Unknown role ${role}.`);
        if (role === 'tool' && !open.delete(id)) throw new Refusal(`No call ${id} was made.`);
        if (role !== 'tool' && open.size > 0) throw new Refusal('A call has no result.');
        if (role !== 'assistant' && content == null) throw new Refusal('No content.');
        for (const call of calls ?? []) {
            if (!call.id || !call.function?.name) throw new Refusal('A call has no id or name.');
            JSON.parse(call.function.arguments);
            open.add(call.id);
        }
    }
    if (open.size > 0) throw new Refusal('A call has no result.');
}
