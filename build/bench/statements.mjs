// The program's own statements of the hot path as pgbench scripts: read from its source, so that they cannot differ from it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, answerTokens, model, promptTokens, question, reservedAnswer } from './answers.mjs';

const persistence = new URL('../../src/Infrastructure/Persistence/', import.meta.url);
const source = (path) => readFileSync(new URL(path, persistence), 'utf8');

function rawText(code, after) {
    const start = code.indexOf(after);
    const text = start < 0 ? null : /"""\n([\s\S]*?)\n\s*"""/.exec(code.slice(start));
    if (!text)
        throw new Error(`statements.mjs no longer finds the SQL after '${after}'.`);
    return text[1];
}

// Time-ordered ids as the program makes them: a growing number, the client, what the id is for, and chance.
const id = (kind) => '((lpad(to_hex(:base::bigint + :n::bigint), 12, \'0\') || \'7\' || lpad(to_hex(:client_id::bigint), 3, \'0\') '
    + `|| '${kind}000' || lpad(to_hex(:chance::bigint), 12, '0'))::uuid)`;

/** The rows that postgres-alone.sql makes for user u. */
const row = (kind) => `(('00000000-0000-7000-${kind}000-' || lpad(to_hex(:u::bigint), 12, '0'))::uuid)`;
const rows = { user: row('8'), chat: row('9'), leaf: row('a') };
const ids = { completion: id('8'), question: id('9'), answer: id('a') };

const holds = [':metrics::int[]', ':windows::int[]', ':periods::timestamptz[]', ':estimates::bigint[]'];

function admit(chat) {
    const turn = chat ? [rows.chat, rows.leaf, ids.question, ids.answer] : ['NULL::uuid', 'NULL::uuid', 'NULL::uuid', 'NULL::uuid'];
    return [
        ids.completion, rows.user, ...turn, ':model::text', ':provider::text', '150::bigint', '600::bigint', ':price::text', 'true',
        ':question::text', `${promptTokens}`, '\'[]\'::text', ':reservation::text', 'now() + interval \'120 seconds\'', 'now()',
        ...holds, ':amounts::bigint[]',
    ];
}

function close(chat) {
    const kept = chat ? ['NULL::text', 'NULL::text'] : [':question::text', ':answer::text'];
    return [
        ids.completion, '3', ...kept, `${promptTokens}`, `${answerTokens}`, ':cost::bigint', '1', 'NULL::text', rows.user, 'now()',
        ...holds, ':charges::bigint[]', '1::int', ':model::text', ':provider::text', ':price::text', 'now()',
        ...(chat ? [rows.chat, ids.question, ids.answer, rows.leaf, ':question::text', ':answer::text'] : []),
    ];
}

function bind(sql, values) {
    const bound = sql.replace(/\$(\d+)/g, (_, number) => {
        if (!values[number - 1])
            throw new Error(`statements.mjs has no value for $${number} of the program's statement.`);
        return values[number - 1];
    });
    return `${bound};`;
}

/** Writes one script for a completion and one for a message in a chat. */
export function writeStatements(folder, users) {
    const code = source('Completions/CompletionSql.cs');
    const closing = rawText(code, 'string Closing =');
    const closed = /string Close = Closing \+ "([^"]+)"/.exec(code)?.[1];
    const branch = rawText(source('Chats/BranchRow.cs'), 'FromSql(')
        .replaceAll('{chat}', rows.chat).replaceAll('{owner}', rows.user).replaceAll('{leaf}', rows.leaf).replaceAll('{maxMessages}', '200');
    if (!closed || branch.includes('{'))
        throw new Error('statements.mjs no longer knows the shape of the program\'s statements.');

    const prologue = `\\set u random(1, ${users})\n\\set n :n + 1\n\\set chance random(0, 281474976710655)\n`;
    const script = (...statements) => prologue + statements.map((s) => `${s}\n`).join('');
    const sql = rawText(code, 'string Admit =');
    const files = { completions: join(folder, 'completions.sql'), messages: join(folder, 'messages.sql') };
    writeFileSync(files.completions, script(bind(sql, admit(false)), bind(`${closing}\n${closed}`, close(false))));
    writeFileSync(files.messages, script(
        `${branch};`, bind(sql, admit(true)), bind(`${closing}\n${rawText(code, 'string CloseWithExchange =')}`, close(true))));
    return files;
}

/** What the scripts are given as text: bound as parameters, like the program's. */
export function variables(now) {
    const day = `${now.toISOString().slice(0, 10)} 00:00:00+00`;
    const tokens = promptTokens + reservedAnswer;
    const hold = (metric, amount) => ({ Metric: metric, Window: 3, PeriodStart: day.replace(' ', 'T'), Amount: amount });
    return {
        n: 0,
        base: now.getTime(),
        question,
        answer,
        model: model.json,
        provider: model.json,
        price: 'configured',
        cost: Math.ceil((promptTokens * 150 + answerTokens * 600) / 1000),
        reservation: JSON.stringify({ Holds: [hold(1, 1), hold(2, tokens)], CompletionTokens: reservedAnswer }),
        metrics: '{1,2}',
        windows: '{3,3}',
        periods: `{"${day}","${day}"}`,
        estimates: `{1,${tokens}}`,
        amounts: '{1000000000,1000000000000}',
        charges: `{1,${promptTokens + answerTokens}}`,
    };
}
