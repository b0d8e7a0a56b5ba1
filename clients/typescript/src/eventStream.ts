import { ApiException, type Completion, type Problem } from "./client.js";

/** One event of a streamed completion. `id` increases and is what `Last-Event-ID` takes. */
export type CompletionEvent =
    | { id: string; type: "completion.started"; data: { id: string; model: string } }
    | { id: string; type: "completion.delta"; data: { text: string } }
    | { id: string; type: "completion.finished"; data: Completion }
    | { id: string; type: "completion.failed"; data: Problem }
    | { id: string; type: "completion.cancelled"; data: unknown };

export interface StreamOptions {
    /** Access token or API key. */
    token?: string;
    /** Ends the reading; the server finishes and stores the answer all the same. */
    signal?: AbortSignal;
    /** Used in place of the global one. */
    fetch?: typeof globalThis.fetch;
}

/** The connection ended before the completion did; the answer is still written and stored by the server. */
export class StreamInterruptedError extends Error {
    /** @param lastEventId The id of the last event that came; empty when none did. */
    constructor(readonly lastEventId: string) {
        super("The event stream ended before its last event.");
        this.name = "StreamInterruptedError";
    }
}

const endings: ReadonlySet<string> = new Set(["completion.finished", "completion.failed", "completion.cancelled"]);

/**
 * Posts a question and yields its events as they come.
 * @param path Any call that answers with a completion, e.g. `/api/v1/completions` or `/api/v1/chats/{id}/messages`.
 * @throws ApiException When the server refuses before the first event; its `result` is the problem.
 * @throws StreamInterruptedError When the connection breaks between two events.
 */
export async function* streamCompletion(
    baseUrl: string, path: string, body: unknown, options: StreamOptions = {},
): AsyncGenerator<CompletionEvent, void, undefined> {
    const headers: Record<string, string> = { "Accept": "text/event-stream", "Content-Type": "application/json" };
    if (options.token !== undefined) {
        headers["Authorization"] = `Bearer ${options.token}`;
    }

    const response = await (options.fetch ?? globalThis.fetch)(baseUrl + path, {
        method: "POST", headers, body: JSON.stringify(body), signal: options.signal ?? null,
    });
    if (!response.ok || response.body === null) {
        throw await refusal(response);
    }

    let lastEventId = "";
    for await (const event of parseEventStream(response.body)) {
        lastEventId = event.id;
        if (!event.type.startsWith("completion.")) {
            continue;
        }
        yield { ...event, data: JSON.parse(event.data) } as CompletionEvent;
        if (endings.has(event.type)) {
            return;
        }
    }
    throw new StreamInterruptedError(lastEventId);
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
