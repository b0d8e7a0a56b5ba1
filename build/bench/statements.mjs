// The program's own statements of the hot path as pgbench scripts: read from its source, so that they cannot differ from it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, answerTokens, model, promptTokens, question, reservedAnswer } from './answers.mjs';

const persistence = new URL('../../src/Infrastructure/Persistence/', import.meta.url);
const source = (path) => readFileSync(new URL(path, persistence), 'utf8');

/** The text of a constant: texts in one pair of quotes or in three, and other constants, added up. */
function sqlOf(code, name) {
    const begin = new RegExp(`const string ${name} =`).exec(code);
    if (!begin)
        throw new Error(`statements.mjs no longer finds the statement '${name}' of the program.`);
    const part = /\s*(?:"""\n([\s\S]*?)\n?[ ]*"""|"([^"]*)"|(\w+))\s*(;|\+)/y;
    part.lastIndex = begin.index + begin[0].length;
    let text = '';
    for (;;) {
        const [, long, short, other, end] = part.exec(code) ?? [];
        if (!end)
            throw new Error(`statements.mjs cannot read the statement '${name}' of the program.`);
        text += long ?? short ?? sqlOf(code, other);
        if (end === ';')
            return text;
    }
}

// Time-ordered ids as the program makes them: a growing number, the client, what the id is for, and chance.
const id = (kind) => '((lpad(to_hex(:base::bigint + :n::bigint), 12, \'0\') || \'7\' || lpad(to_hex(:client_id::bigint), 3, \'0\') '
    + `|| '${kind}000' || lpad(to_hex(:chance::bigint), 12, '0'))::uuid)`;

/** The rows that postgres-alone.sql makes for user u. */
const row = (kind) => `(('00000000-0000-7000-${kind}000-' || lpad(to_hex(:u::bigint), 12, '0'))::uuid)`;
const rows = { user: row('8'), chat: row('9'), leaf: row('a') };
const ids = { completion: id('8'), question: id('9'), answer: id('a') };

/** What a completion holds: one request, and as many tokens as it may come to; what it is charged, and how much there is. */
const holds = [
    { metric: 1, amount: 1, charge: 1, limit: 1_000_000_000 },
    { metric: 2, amount: promptTokens + reservedAnswer, charge: promptTokens + answerTokens, limit: 1_000_000_000_000 },
];
const counter = ({ metric }) => [rows.user, `${metric}::int`, '3::int', ':period::timestamptz'];
const big = (number) => `${number}::bigint`;
const missing = (type, count) => new Array(count).fill(`NULL::${type}`);

/** The batch that admits: statements by name, each with its values in order. */
const admission = (chat) => [
    [
        'Store', ids.completion, rows.user, ...(chat ? [rows.chat, rows.leaf, ids.question, ids.answer] : missing('uuid', 4)),
        ':model::text', ':provider::text', ':prices::text', 'true', ':question::text', `${promptTokens}`,
        '\'[]\'::text', ':reservation::text', 'interval \'30 seconds\'', 'now()', 'NULL::uuid', chat ? 'false' : 'NULL::boolean',
        chat ? rows.leaf : 'NULL::uuid',
    ],
    ...holds.map((hold) => ['Reserve', ...counter(hold), big(hold.amount), big(hold.limit)]),
];

/** The batch that closes and settles. */
const closing = (chat) => [
    [
        'Close', ids.completion, '3', ...(chat ? missing('text', 2) : [':question::text', ':answer::text']), `${promptTokens}`,
        `${answerTokens}`, ':cost::bigint', '1', 'NULL::text', 'now()', ':model::text', ':provider::text', ':prices::text',
        '\'[]\'::text', 'false', '0', '0', 'NULL::text', '\'[]\'::text',
    ],
    ...holds.map((hold) => ['Settle', ...counter(hold), big(hold.charge), big(hold.amount)]),
    [
        'Charge', ids.completion, rows.user, ':model::text', ':provider::text', `${promptTokens}`, `${answerTokens}`, ':cost::bigint',
        ':price::text', '1', 'now()', 'NULL::uuid', '0', '0', '0',
    ],
    ...(chat
        ? [
            ['Continue', rows.chat, ids.answer, 'now()', '2'],
            [
                'AddMessages', rows.chat, ids.question, rows.leaf, ':question::text', 'now()', ids.answer, ':answer::text', ':model::text',
                `${promptTokens}`, `${answerTokens}`, 'now()', 'NULL::text',
            ],
        ]
        : []),
];

function bind(sql, values) {
    const numbers = [...sql.matchAll(/\$(\d+)/g)].map((match) => Number(match[1]));
    if (Math.max(...numbers) !== values.length)
        throw new Error(`The program gives ${Math.max(...numbers)} values to a statement for which statements.mjs has ${values.length}: ${sql}`);
    return `${sql.replace(/\$(\d+)/g, (_, number) => values[number - 1])};`;
}

/** Writes one script for a completion and one for a message in a chat. */
export function writeStatements(folder, users) {
    const code = source('Completions/CompletionSql.cs');
    // One round trip and one implicit transaction, as the program's batches are.
    const batch = (commands) => [
        '\\startpipeline', ...commands.map(([name, ...values]) => bind(sqlOf(code, name), values)), '\\endpipeline',
    ];
    const walk = source('Chats/BranchSql.cs');
    const branch = ['Walk', 'Plain', 'OfChat'].map((part) => sqlOf(walk, part)).join('\n')
        .replaceAll('{0}', rows.chat).replaceAll('{1}', rows.user).replaceAll('{2}', rows.leaf).replaceAll('{3}', '200');

    // One question at a time in each chat, as in the program: up to 64 clients have users of their own.
    const prologue = [`\\set u 1 + (:client_id + 64 * random(0, ${Math.max(0, Math.floor(users / 64) - 1)})) % ${users}`, '\\set n :n + 1', '\\set chance random(0, 281474976710655)'];
    const write = (name, ...parts) => {
        const path = join(folder, `${name}.sql`);
        writeFileSync(path, `${[...prologue, ...parts.flat()].join('\n')}\n`);
        return path;
    };
    return {
        completions: write('completions', batch(admission(false)), batch(closing(false))),
        messages: write('messages', `${branch};`, batch(admission(true)), batch(closing(true))),
    };
}

/** The session settings of the program's connections, for PGOPTIONS. */
export function sessionOptions() {
    const settings = source('PostgresConnections.cs').matchAll(/\bSET (\w+) = (\w+)/g);
    return [...settings].map(([, name, value]) => `-c ${name}=${value}`).join(' ');
}

/** What the scripts are given as text: bound as parameters, like the program's. */
export function variables(now) {
    const day = `${now.toISOString().slice(0, 10)} 00:00:00+00`;
    const held = holds.map(({ metric, amount }) => ({ Metric: metric, Window: 3, PeriodStart: day.replace(' ', 'T'), Amount: amount }));
    return {
        n: 0,
        base: now.getTime(),
        question,
        answer,
        model: model.json,
        provider: model.json,
        price: 'configured',
        prices: JSON.stringify({ Prompt: 0.15, Completion: 0.6, Version: 'configured', CachedPrompt: 0.15, CacheWrite: 0.15, Reasoning: 0.6, Request: 0 }),
        cost: promptTokens * 150 + answerTokens * 600,
        period: day,
        reservation: JSON.stringify({ Holds: held, CompletionTokens: reservedAnswer }),
    };
}
