// What is asked and answered, and what it counts: one place, so that the load, the upstream and PostgreSQL alone agree.

/** The model that answers in one document, and the one that answers in pieces. */
export const model = { json: 'bench-json', stream: 'bench-stream' };

export const question = 'When is a leaky bucket the better choice than a token bucket, and what does each of them do to a burst of requests?';

/** The 64 pieces of a stream. */
export const words = (
    'A token bucket lets a burst through as long as tokens are left and then holds callers to its rate of refill , '
    + 'while a leaky bucket passes requests on steadily and queues or drops the rest . '
    + 'Choose the leaky one in front of a part that breaks under bursts , and the token one where short peaks are welcome and paid .'
).split(' ').map((word, i) => (i === 0 ? word : ` ${word}`));

export const answer = words.join('');

/** What the upstream reports. */
export const promptTokens = 57;
export const answerTokens = words.length;

/** Turns of the conversation before every question that is asked in a chat. */
export const turns = 4;

/** The longest answer the program allows for a model that says nothing: what it reserves beyond the prompt. */
export const reservedAnswer = 4096;

if (words.length !== 64)
    throw new Error(`A stream has 64 pieces, not ${words.length}.`);
