import type { Completion, Problem } from "./client.js";
import { parseEventStream, type ServerSentEvent } from "./eventStream.js";
import { refusal, ResponseError } from "./problems.js";
import { pause } from "./pause.js";
import type { CallOptions } from "./transport.js";

/** A part of a call of a tool, as it comes: its arguments are appended to those of the same index. */
export interface ToolCallDelta {
    index: number;
    id?: string;
    name?: string;
    arguments: string;
}

/** One event of a streamed completion. `id` increases and is what `Last-Event-ID` takes. */
export type CompletionEvent =
    /** A model was asked: its completion has this id. */
    | { type: "started"; id: string; data: { id: string; model: string } }
    /** More of the answer, to be appended. */
    | { type: "delta"; id: string; data: { text: string; toolCall?: ToolCallDelta } }
    /** More of what the model thinks; it is no part of the answer. */
    | { type: "reasoning"; id: string; data: { text: string } }
    /** The whole completion; the last event. */
    | { type: "finished"; id: string; data: Completion }
    /** Why it failed; the last event. */
    | { type: "failed"; id: string; data: Problem }
    /** The completion as far as it came; the last event. */
    | { type: "cancelled"; id: string; data: Completion }
    /** An event of a later version of the server, by the name it has on the wire; to be passed over. */
    | { type: "unknown"; id: string; name: string; data: unknown };

/** The events of a completion, each once and in order. */
export type CompletionStream = AsyncGenerator<CompletionEvent, void, undefined>;

/** How a stream is read. Its signal ends the reading; the server finishes the answer all the same, unless the body says `onDisconnect: "cancel"`. */
export interface StreamOptions extends CallOptions {
    /** How often in a row a broken connection is opened again without a new event coming; 5 unless given, 0 for never. */
    reconnects?: number | undefined;
    /** Milliseconds before the first of those; each further one waits twice as long. 500 unless given. */
    reconnectDelay?: number | undefined;
}

/** The connection ended before the completion did and could not be opened again; the answer is still written and stored by the server. */
export class StreamInterruptedError extends Error {
    /**
     * @param lastEventId The id of the last event that came; empty when none did.
     * @param completionId The completion, to be followed again; undefined when it never became known.
     */
    constructor(readonly lastEventId: string, readonly completionId: string | undefined) {
        super("The event stream ended before its last event.");
        this.name = "StreamInterruptedError";
    }
}

type Reopen = (completionId: string, lastEventId: string) => Promise<Response>;

const types = new Set(["started", "delta", "reasoning", "finished", "failed", "cancelled"]);
const endings = new Set(["finished", "failed", "cancelled"]);

/**
 * Posts a question and yields its events. When the connection breaks, it is opened again where it broke, on whichever instance answers.
 * @throws ProblemError When the server refuses before the first event.
 * @throws StreamInterruptedError When the connection breaks and cannot be opened again.
 */
export async function* streamFrom(open: () => Promise<Response>, reopen: Reopen, options: StreamOptions): CompletionStream {
    const first = await accepted(open());
    yield* events(first, first.headers.get("Completion-Id") ?? undefined, "", reopen, options);
}

/** Yields the events of a completion that was started before: all of them, or those after `lastEventId`; none when that is the ending's. */
export async function* followCompletion(completionId: string, lastEventId: string, reopen: Reopen, options: StreamOptions): CompletionStream {
    yield* events(await accepted(reopen(completionId, lastEventId)), completionId, lastEventId, reopen, options);
}

async function* events(
    first: Response, completionId: string | undefined, lastEventId: string, reopen: Reopen, options: StreamOptions,
): CompletionStream {
    const most = options.reconnects ?? 5;
    let response: Response | undefined = first;
    for (let failures = 0; ; failures++) {
        let wait = (options.reconnectDelay ?? 500) * 2 ** failures;
        try {
            response ??= await accepted(reopen(completionId!, lastEventId));
            if (response.status === 204) {
                return; // The last event seen was the ending.
            }
            for await (const raw of parseEventStream(response.body!)) {
                const event = typed(raw);
                failures = 0;
                wait = options.reconnectDelay ?? 500;
                lastEventId = event.id;
                if (event.type === "started") {
                    completionId ??= event.data.id;
                }
                yield event;
                if (endings.has(event.type)) {
                    return;
                }
            }
        } catch (error) {
            // A refusal is an answer; what else fetch and the body throw is a connection that broke.
            if (options.signal?.aborted || error instanceof ResponseError && !isPassing(error.status)) {
                throw error;
            }
            if (error instanceof ResponseError) {
                wait = Math.max(wait, (error.retryAfter ?? 0) * 1000);
            }
        }
        response = undefined;
        if (completionId === undefined || failures >= most) {
            throw new StreamInterruptedError(lastEventId, completionId);
        }
        await pause(wait, options.signal);
    }
}

function isPassing(status: number): boolean {
    return status >= 500 || status === 408 || status === 429;
}

function typed(event: ServerSentEvent): CompletionEvent {
    const type = event.type.replace(/^completion\./, "");
    return types.has(type) && type !== event.type
        ? { type, id: event.id, data: JSON.parse(event.data) } as CompletionEvent
        : { type: "unknown", id: event.id, name: event.type, data: jsonOrText(event.data) };
}

function jsonOrText(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}

async function accepted(sent: Promise<Response>): Promise<Response> {
    const response = await sent;
    if (!response.ok || response.body === null && response.status !== 204) {
        throw await refusal(response);
    }
    return response;
}
