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
