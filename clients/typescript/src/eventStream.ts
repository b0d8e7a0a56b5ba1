import { ApiException, type Completion, type Problem } from "./client.js";

/** One event of a streamed completion. `id` increases and is what `Last-Event-ID` takes. */
export type CompletionEvent =
    | { id: string; type: "completion.started"; data: { id: string; model: string } }
    | { id: string; type: "completion.delta"; data: { text: string; toolCall?: { index: number; id?: string; name?: string; arguments: string } } }
    | { id: string; type: "completion.finished"; data: Completion }
    | { id: string; type: "completion.failed"; data: Problem }
    | { id: string; type: "completion.cancelled"; data: Completion };

export interface StreamOptions {
    /** Access token or API key; a function is asked before each connection, so that a renewed token is used. */
    token?: string | (() => string | undefined);
    /** Ends the reading; the server finishes and stores the answer all the same, unless the body says `onDisconnect: "cancel"`. */
    signal?: AbortSignal;
    /** Used in place of the global one. */
    fetch?: typeof globalThis.fetch;
    /** How often in a row a broken connection is opened again without a new event coming; 5 unless given, 0 for never. */
    reconnects?: number;
    /** Milliseconds before the first of those; each further one waits twice as long. 500 unless given. */
    reconnectDelay?: number;
}

export interface PostOptions extends StreamOptions {
    /** Names the request, so that sending it again makes no second completion; any text of up to 255 printable ASCII characters. */
    idempotencyKey?: string;
}

/** The connection ended before the completion did and could not be opened again; the answer is still written and stored by the server. */
export class StreamInterruptedError extends Error {
    /**
     * @param lastEventId The id of the last event that came; empty when none did.
     * @param completionId The completion, to be read again with {@link resumeCompletion}; undefined when it never became known.
     */
    constructor(readonly lastEventId: string, readonly completionId: string | undefined) {
        super("The event stream ended before its last event.");
        this.name = "StreamInterruptedError";
    }
}

const endings: ReadonlySet<string> = new Set(["completion.finished", "completion.failed", "completion.cancelled"]);

/**
 * Posts a question and yields its events as they come. When the connection breaks, it is opened again where it broke, on whichever
 * instance answers: every event comes once and in order.
 * @param path Any call that answers with a completion, e.g. `/api/v1/completions` or `/api/v1/chats/{id}/messages`.
 * @throws ApiException When the server refuses before the first event; its `result` is the problem.
 * @throws StreamInterruptedError When the connection breaks and cannot be opened again.
 */
export async function* streamCompletion(
    baseUrl: string, path: string, body: unknown, options: PostOptions = {},
): AsyncGenerator<CompletionEvent, void, undefined> {
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    if (options.idempotencyKey !== undefined) {
        headers["Idempotency-Key"] = options.idempotencyKey;
    }
    const first = await open(baseUrl + path, options, { method: "POST", headers, body: JSON.stringify(body) });
    yield* follow(baseUrl, first, first.headers.get("Completion-Id") ?? undefined, "", options);
}

/**
 * Yields the events of a completion that was started before: all of them, or those after `lastEventId`. The server keeps them while the
 * completion runs and for ten minutes after; later only the ending comes, which holds the whole answer. When `lastEventId` is the ending's,
 * nothing comes.
 * @throws ApiException When there is no such completion; its `result` is the problem.
 * @throws StreamInterruptedError When the connection breaks and cannot be opened again.
 */
export async function* resumeCompletion(
    baseUrl: string, completionId: string, lastEventId = "", options: StreamOptions = {},
): AsyncGenerator<CompletionEvent, void, undefined> {
    yield* follow(baseUrl, await reopen(baseUrl, completionId, lastEventId, options), completionId, lastEventId, options);
}

async function* follow(
    baseUrl: string, first: Response, completionId: string | undefined, lastEventId: string, options: StreamOptions,
): AsyncGenerator<CompletionEvent, void, undefined> {
    const most = options.reconnects ?? 5;
    let response: Response | undefined = first;
    for (let failures = 0; ; failures++) {
        try {
            response ??= await reopen(baseUrl, completionId!, lastEventId, options);
            if (response.status === 204) {
                return; // The last event seen was the ending.
            }
            for await (const event of parseEventStream(response.body!)) {
                if (!event.type.startsWith("completion.")) {
                    continue;
                }
                failures = 0;
                lastEventId = event.id;
                const typed = { ...event, data: JSON.parse(event.data) } as CompletionEvent;
                if (typed.type === "completion.started") {
                    completionId ??= typed.data.id;
                }
                yield typed;
                if (endings.has(event.type)) {
                    return;
                }
            }
        } catch (error) {
            // A refusal is an answer; what else fetch and the body throw is a connection that broke.
            if (error instanceof ApiException && error.status < 500 || options.signal?.aborted) {
                throw error;
            }
        }
        response = undefined;
        if (completionId === undefined || failures >= most) {
            throw new StreamInterruptedError(lastEventId, completionId);
        }
        await pause((options.reconnectDelay ?? 500) * 2 ** failures, options.signal);
    }
}

function reopen(baseUrl: string, completionId: string, lastEventId: string, options: StreamOptions): Promise<Response> {
    const headers: Record<string, string> = lastEventId === "" ? {} : { "Last-Event-ID": lastEventId };
    return open(`${baseUrl}/api/v1/completions/${completionId}/events`, options, { headers });
}

async function open(
    url: string, options: StreamOptions, init: { method?: string; headers: Record<string, string>; body?: string },
): Promise<Response> {
    const headers: Record<string, string> = { ...init.headers, "Accept": "text/event-stream" };
    const token = typeof options.token === "function" ? options.token() : options.token;
    if (token !== undefined) {
        headers["Authorization"] = `Bearer ${token}`;
    }
    const response = await (options.fetch ?? globalThis.fetch)(url, { ...init, headers, signal: options.signal ?? null });
    if (!response.ok || response.body === null && response.status !== 204) {
        throw await refusal(response);
    }
    return response;
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
        const leave = (): void => {
            clearTimeout(timer);
            reject(signal?.reason);
        };
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", leave);
            resolve();
        }, milliseconds);
        signal?.addEventListener("abort", leave, { once: true });
    });
}

/** A server-sent event as it came, with its data still text. */
export interface ServerSentEvent {
    id: string;
    type: string;
    data: string;
}

/** Reads server-sent events (WHATWG HTML, 9.2.6) from bytes that may be split anywhere; comments are skipped. */
export async function* parseEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent, void, undefined> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let pending = "";
    let id = "";
    let type = "";
    let data: string[] = [];
    try {
        for (;;) {
            const { done, value } = await reader.read();
            if (done) {
                return; // An event without its closing empty line is incomplete and dropped.
            }
            pending += decoder.decode(value, { stream: true });
            // A carriage return at the very end may be half of a line end: it waits for the next bytes.
            const lines = pending.split(/\r\n|\n|\r(?!$)/);
            pending = lines.pop() ?? "";
            for (const line of lines) {
                if (line === "") {
                    if (data.length > 0) {
                        yield { id, type: type || "message", data: data.join("\n") };
                    }
                    type = "";
                    data = [];
                    continue;
                }
                const [field, text] = fieldOf(line);
                if (field === "data") {
                    data.push(text);
                } else if (field === "event") {
                    type = text;
                } else if (field === "id" && !text.includes("\0")) {
                    id = text;
                }
            }
        }
    } finally {
        await reader.cancel().catch(() => undefined);
    }
}

// A comment is a field without a name, which no branch above knows.
function fieldOf(line: string): [field: string, text: string] {
    const colon = line.indexOf(":");
    return colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1)];
}

async function refusal(response: Response): Promise<ApiException> {
    const text = await response.text();
    const problem = response.headers.get("Content-Type")?.includes("json") ? JSON.parse(text) as Problem : undefined;
    return new ApiException(
        problem?.detail ?? `The server answered ${response.status}.`, response.status, text, Object.fromEntries(response.headers), problem);
}
