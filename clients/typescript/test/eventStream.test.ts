import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isProblem, parseEventStream, resumeCompletion, retryAfterSeconds, streamCompletion, StreamInterruptedError } from "@cleanllm/client";

const stream = (bytes: Uint8Array, size: number): ReadableStream<Uint8Array> => {
    let at = 0;
    return new ReadableStream({
        pull(controller) {
            if (at >= bytes.length) {
                controller.close();
                return;
            }
            controller.enqueue(bytes.slice(at, at + size));
            at += size;
        },
    });
};

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
    const all: T[] = [];
    for await (const item of items) {
        all.push(item);
    }
    return all;
};

const answer = (text: string, size = text.length, init?: ResponseInit): typeof fetch =>
    async () => new Response(stream(new TextEncoder().encode(text), size), init);

const finished = 'id: 3\nevent: completion.finished\ndata: {"id":"c","status":"succeeded"}\n\n';

describe("parseEventStream", () => {
    const text = ':ok\n\nid: 1\nevent: a\ndata: grüße 👋🏽\n\n: ping\n\nid: 2\ndata:one\ndata: two\nretry: 5\n\ndata\n\nevent: lost\ndata: x';
    const expected = [
        { id: "1", type: "a", data: "grüße 👋🏽" },
        { id: "2", type: "message", data: "one\ntwo" },
        { id: "2", type: "message", data: "" },
    ];

    for (const [name, end] of [["LF", "\n"], ["CRLF", "\r\n"], ["CR", "\r"]] as const) {
        it(`reads the same events however the bytes are split, lines ending in ${name}`, async () => {
            const bytes = new TextEncoder().encode(text.replaceAll("\n", end));
            for (let size = 1; size <= bytes.length; size++) {
                assert.deepEqual(await collect(parseEventStream(stream(bytes, size))), expected, `chunks of ${size}`);
            }
        });
    }
});

describe("streamCompletion", () => {
    it("yields typed events and stops after the ending", async () => {
        const text = 'id: 1\nevent: completion.started\ndata: {"id":"c","model":"m"}\n\nid: 2\nevent: completion.delta\ndata: {"text":"é"}\n\n';
        const events = await collect(streamCompletion("", "/x", {}, { fetch: answer(text + finished + "data: late\n\n", 1) }));
        assert.deepEqual(events.map(event => event.type), ["completion.started", "completion.delta", "completion.finished"]);
        assert.deepEqual(events.map(event => event.id), ["1", "2", "3"]);
        assert.deepEqual(events[1]?.data, { text: "é" });
    });

    it("sends the credential and the body", async () => {
        let seen: RequestInit | undefined;
        const fetch: typeof globalThis.fetch = async (_, init) => {
            seen = init;
            return answer(finished)("");
        };
        await collect(streamCompletion("", "/x", { prompt: "hi" }, { token: "t", fetch }));
        assert.equal(new Headers(seen?.headers).get("Authorization"), "Bearer t");
        assert.equal(new Headers(seen?.headers).get("Accept"), "text/event-stream");
        assert.equal(seen?.body, '{"prompt":"hi"}');
    });

    it("throws the problem of a refusal before the first event", async () => {
        const fetch = answer('{"code":"quota.exceeded","detail":"spent"}', 7, {
            status: 429, headers: { "Content-Type": "application/problem+json", "Retry-After": "9" },
        });
        await assert.rejects(collect(streamCompletion("", "/x", {}, { fetch })), error =>
            isProblem(error, "quota.exceeded") && error.status === 429 && retryAfterSeconds(error) === 9);
    });

    it("says where it was when the connection ends early", async () => {
        const fetch = answer('id: 7\nevent: completion.delta\ndata: {"text":"a"}\n\n');
        await assert.rejects(collect(streamCompletion("", "/x", {}, { fetch })), error =>
            error instanceof StreamInterruptedError && error.lastEventId === "7");
    });

    const piece = (id: number, text: string): string => `id: ${id}\nevent: completion.delta\ndata: {"text":"${text}"}\n\n`;

    it("goes on where the connection broke, without losing or repeating an event", async () => {
        const seen: Array<{ url: string; after: string | null }> = [];
        const parts = [piece(1, "a") + piece(2, "b"), piece(3, "c").slice(0, 20), piece(3, "c") + finished.replace("id: 3", "id: 4")];
        const fetch: typeof globalThis.fetch = async (url, init) => {
            seen.push({ url: String(url), after: new Headers(init?.headers).get("Last-Event-ID") });
            return answer(parts[seen.length - 1]!, 9, { headers: { "Completion-Id": "c1" } })("");
        };
        const events = await collect(streamCompletion("http://x", "/api/v1/completions", {}, { fetch, reconnectDelay: 1 }));
        assert.deepEqual(events.map(event => event.id), ["1", "2", "3", "4"]);
        assert.deepEqual(seen, [
            { url: "http://x/api/v1/completions", after: null },
            { url: "http://x/api/v1/completions/c1/events", after: "2" },
            { url: "http://x/api/v1/completions/c1/events", after: "2" },
        ]);
    });

    it("gives up after so many connections that brought nothing, and says where to go on", async () => {
        let calls = 0;
        const fetch: typeof globalThis.fetch = async () => {
            calls++;
            return answer(calls === 1 ? piece(1, "a") : "", 9, { headers: { "Completion-Id": "c1" } })("");
        };
        await assert.rejects(collect(streamCompletion("", "/x", {}, { fetch, reconnects: 2, reconnectDelay: 1 })), error =>
            error instanceof StreamInterruptedError && error.lastEventId === "1" && error.completionId === "c1");
        assert.equal(calls, 3);
    });

    it("names the request when told to", async () => {
        let key: string | null = null;
        const fetch: typeof globalThis.fetch = async (_, init) => {
            key = new Headers(init?.headers).get("Idempotency-Key");
            return answer(finished)("");
        };
        await collect(streamCompletion("", "/x", {}, { fetch, idempotencyKey: "once" }));
        assert.equal(key, "once");
    });

    it("lets go of the connection when the reader leaves", async () => {
        let cancelled = false;
        const body = new ReadableStream<Uint8Array>({
            start: controller => controller.enqueue(new TextEncoder().encode('event: completion.delta\ndata: {"text":"a"}\n\n')),
            cancel: () => { cancelled = true; },
        });
        for await (const event of streamCompletion("", "/x", {}, { fetch: async () => new Response(body) })) {
            assert.equal(event.type, "completion.delta");
            break;
        }
        assert.ok(cancelled);
    });
});

describe("resumeCompletion", () => {
    it("asks for the events after the last one seen, with the token of the moment", async () => {
        let seen: [string, Headers] | undefined;
        const fetch: typeof globalThis.fetch = async (url, init) => {
            seen = [String(url), new Headers(init?.headers)];
            return answer(finished)("");
        };
        const events = await collect(resumeCompletion("http://x", "c1", "2", { fetch, token: () => "renewed" }));
        assert.equal(events.length, 1);
        assert.equal(seen?.[0], "http://x/api/v1/completions/c1/events");
        assert.equal(seen?.[1].get("Last-Event-ID"), "2");
        assert.equal(seen?.[1].get("Authorization"), "Bearer renewed");
    });

    it("yields nothing, and does not ask again, when the last event seen was the ending", async () => {
        let calls = 0;
        const fetch: typeof globalThis.fetch = async () => {
            calls++;
            return new Response(null, { status: 204 });
        };
        assert.deepEqual(await collect(resumeCompletion("", "c1", "4", { fetch, reconnectDelay: 1 })), []);
        assert.equal(calls, 1);
    });

    it("does not ask again when the server says no", async () => {
        let calls = 0;
        const fetch: typeof globalThis.fetch = async () => {
            calls++;
            return answer('{"code":"completion.not_found"}', 9, { status: 404, headers: { "Content-Type": "application/problem+json" } })("");
        };
        await assert.rejects(collect(resumeCompletion("", "c1", "", { fetch })), error => isProblem(error, "completion.not_found"));
        assert.equal(calls, 1);
    });
});
