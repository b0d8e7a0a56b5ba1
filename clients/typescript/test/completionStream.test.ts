import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CleanLlmClient, isProblem, StreamInterruptedError, withToken, type Http } from "@cleanllm/client";
import { answer, collect, problem } from "./bytes.js";

const started = 'id: 1\nevent: completion.started\ndata: {"id":"c","model":"m"}\n\n';
const piece = (id: number, text: string): string => `id: ${id}\nevent: completion.delta\ndata: {"text":"${text}"}\n\n`;
const finished = (id: number): string => `id: ${id}\nevent: completion.finished\ndata: {"id":"c","status":"succeeded"}\n\n`;
const known = { headers: { "Completion-Id": "c1" } };
const quick = { reconnectDelay: 1 };

interface Call {
    url: string;
    method: string | undefined;
    headers: Headers;
    body: unknown;
}

/** A client of a server that answers one call after the other as told, and what it was asked. */
function scripted(...answers: Array<Response | Error>): { client: CleanLlmClient; calls: Call[] } {
    const calls: Call[] = [];
    const http: Http = {
        async fetch(url, init) {
            calls.push({ url, method: init?.method, headers: new Headers(init?.headers), body: init?.body });
            const next = answers[calls.length - 1] ?? assert.fail(`call ${calls.length} was not expected`);
            if (next instanceof Error) {
                throw next;
            }
            return next;
        },
    };
    return { client: new CleanLlmClient("http://x", http), calls };
}

describe("streams", () => {
    it("yield typed events and stop after the ending", async () => {
        const thought = 'id: 2\nevent: completion.reasoning\ndata: {"text":"hm"}\n\n';
        const { client } = scripted(answer(started + thought + piece(3, "é") + finished(4) + "data: late\n\n", 1));
        const events = await collect(client.streamCompletion({ prompt: "Hi" }));
        assert.deepEqual(events, [
            { type: "started", id: "1", data: { id: "c", model: "m" } },
            { type: "reasoning", id: "2", data: { text: "hm" } },
            { type: "delta", id: "3", data: { text: "é" } },
            { type: "finished", id: "4", data: { id: "c", status: "succeeded" } },
        ]);
    });

    it("pass events of later versions on as unknown, and go on", async () => {
        const later = 'id: 1\nevent: completion.citation\ndata: {"url":"u"}\n\nid: 2\nevent: note\ndata: no JSON\n\n';
        const events = await collect(scripted(answer(later + finished(3))).client.streamCompletion({ prompt: "Hi" }));
        assert.deepEqual(events.slice(0, 2), [
            { type: "unknown", id: "1", name: "completion.citation", data: { url: "u" } },
            { type: "unknown", id: "2", name: "note", data: "no JSON" },
        ]);
        assert.equal(events[2]?.type, "finished");
    });

    it("end after each of the endings", async () => {
        for (const ending of ["finished", "failed", "cancelled"]) {
            const text = `id: 1\nevent: completion.${ending}\ndata: {}\n\n`;
            assert.deepEqual((await collect(scripted(answer(text)).client.follow("c1"))).map(event => event.type), [ending]);
        }
    });

    it("post to the address of their call", async () => {
        const { client, calls } = scripted(answer(finished(1)), answer(finished(1)), answer(finished(1)));
        await collect(client.streamChat("a b", { content: "Hi" }, { idempotencyKey: "once", headers: { "X-Trace": "t" } }));
        await collect(client.streamRegenerate("c", "m"));
        await collect(client.streamCompletion({ prompt: "Hi" }));
        assert.deepEqual(calls.map(call => [call.method, call.url, call.body]), [
            ["POST", "http://x/api/v1/chats/a%20b/messages", '{"content":"Hi"}'],
            ["POST", "http://x/api/v1/chats/c/messages/m/regenerate", "{}"],
            ["POST", "http://x/api/v1/completions", '{"prompt":"Hi"}'],
        ]);
        assert.equal(calls[0]?.headers.get("Accept"), "text/event-stream");
        assert.equal(calls[0]?.headers.get("Content-Type"), "application/json");
        assert.equal(calls[0]?.headers.get("Idempotency-Key"), "once");
        assert.equal(calls[0]?.headers.get("X-Trace"), "t");
    });

    it("throw a refusal before the first event, by its code", async () => {
        const { client } = scripted(problem(429, "quota.exceeded", { metric: "tokens", window: "day" }, { "Retry-After": "9" }));
        await assert.rejects(client.streamCompletion({ prompt: "Hi" }).next(), error =>
            isProblem(error, "quota.exceeded") && error.status === 429 && error.retryAfter === 9 && error.problem.window === "day");
    });

    it("throw what is no problem document as the answer it was", async () => {
        const { client } = scripted(new Response("<html>", { status: 502, headers: { "Content-Type": "text/html" } }));
        await assert.rejects(client.streamCompletion({ prompt: "Hi" }).next(), error =>
            !isProblem(error) && error instanceof Error && error.name === "ResponseError" && "body" in error && error.body === "<html>");
    });

    it("go on where the connection broke, without losing or repeating an event", async () => {
        const { client, calls } = scripted(
            answer(piece(1, "a") + piece(2, "b"), 9, known),
            answer(piece(3, "c").slice(0, 20)),
            new TypeError("fetch failed"),
            problem(503, "dependency.unavailable"),
            answer(piece(3, "c") + finished(4)));
        const events = await collect(client.streamCompletion({ prompt: "Hi" }, quick));
        assert.deepEqual(events.map(event => event.id), ["1", "2", "3", "4"]);
        assert.deepEqual(calls.slice(1).map(call => [call.method, call.url, call.headers.get("Last-Event-ID")]),
            Array.from({ length: 4 }, () => ["GET", "http://x/api/v1/completions/c1/events", "2"]));
    });

    it("take the completion's id from its first event when no header tells it", async () => {
        const { client, calls } = scripted(answer(started), answer(finished(2)));
        assert.equal((await collect(client.streamCompletion({ prompt: "Hi" }, quick))).length, 2);
        assert.equal(calls[1]?.url, "http://x/api/v1/completions/c/events");
    });

    it("do not name the request again when they go on", async () => {
        const { client, calls } = scripted(answer(piece(1, "a"), 9, known), answer(finished(2)));
        await collect(client.streamCompletion({ prompt: "Hi" }, { ...quick, idempotencyKey: "once" }));
        assert.equal(calls[1]?.headers.get("Idempotency-Key"), null);
    });

    it("give up after so many connections that brought nothing, and say where to go on", async () => {
        const { client, calls } = scripted(answer(piece(1, "a"), 9, known), answer(""), answer(""));
        await assert.rejects(collect(client.streamCompletion({ prompt: "Hi" }, { ...quick, reconnects: 2 })), error =>
            error instanceof StreamInterruptedError && error.lastEventId === "1" && error.completionId === "c1");
        assert.equal(calls.length, 3);
    });

    it("let go of the connection when the reader leaves", async () => {
        let cancelled = false;
        const body = new ReadableStream<Uint8Array>({
            start: controller => controller.enqueue(new TextEncoder().encode(piece(1, "a"))),
            cancel: () => { cancelled = true; },
        });
        for await (const event of scripted(new Response(body)).client.streamCompletion({ prompt: "Hi" })) {
            assert.equal(event.type, "delta");
            break;
        }
        assert.ok(cancelled);
    });

    it("end with the signal's reason, also while they wait to go on", async () => {
        const stop = new AbortController();
        const { client } = scripted(answer(piece(1, "a"), 9, known));
        const events = client.streamCompletion({ prompt: "Hi" }, { signal: stop.signal, reconnectDelay: 60_000 });
        await events.next();
        const next = events.next();
        setImmediate(() => stop.abort(new Error("enough")));
        await assert.rejects(next, /enough/);
    });
});

describe("follow", () => {
    it("asks for the events after the last one seen", async () => {
        const { client, calls } = scripted(answer(finished(3)), answer(finished(3)));
        assert.equal((await collect(client.follow("c1", "2"))).length, 1);
        assert.equal(calls[0]?.headers.get("Last-Event-ID"), "2");
        await collect(client.completions.follow("c1"));
        assert.equal(calls[1]?.headers.get("Last-Event-ID"), null);
    });

    it("yields nothing, and does not ask again, when the last event seen was the ending", async () => {
        const { client, calls } = scripted(new Response(null, { status: 204 }));
        assert.deepEqual(await collect(client.follow("c1", "4", quick)), []);
        assert.equal(calls.length, 1);
    });

    it("does not ask again when the server says no", async () => {
        const { client, calls } = scripted(answer(piece(1, "a")), problem(404, "completion.not_found"));
        await assert.rejects(collect(client.follow("c1", "", quick)), error => isProblem(error, "completion.not_found"));
        assert.equal(calls.length, 2);
    });
});

describe("calls", () => {
    it("send what they are given and leave out what they are not", async () => {
        const { client, calls } = scripted(
            Response.json({ items: [], nextCursor: null }), Response.json({ items: [], nextCursor: null }), new Response(null, { status: 204 }));
        await client.chats.list("a&b", 5);
        await client.admin.listUserChats("u", "a reason");
        await client.chats.delete("c");
        assert.deepEqual(calls.map(call => [call.method, call.url]), [
            ["GET", "http://x/api/v1/chats?cursor=a%26b&limit=5"],
            ["GET", "http://x/api/v1/admin/users/u/chats"],
            ["DELETE", "http://x/api/v1/chats/c"],
        ]);
        assert.equal(calls[1]?.headers.get("Audit-Reason"), "a reason");
    });

    it("tell the address at which an external sign-in starts", () => {
        const back = "https://app.example.org/in?state=x y";
        assert.equal(
            new CleanLlmClient("http://x/").externalSignIn.start("my idp", back),
            "http://x/api/v1/auth/external/my%20idp?returnUrl=https%3A%2F%2Fapp.example.org%2Fin%3Fstate%3Dx+y");
        assert.match(new CleanLlmClient().externalSignIn.start("idp", back), /^\/api\/v1\/auth\/external\/idp\?/);
    });

    it("throw when a success is no document", async () => {
        await assert.rejects(scripted(new Response("<html>")).client.users.getMe(), /not JSON/);
    });

    it("send the token of the moment, or none", async () => {
        const seen: Array<string | null> = [];
        const fetch: typeof globalThis.fetch = async (_, init) => {
            seen.push(new Headers(init?.headers).get("Authorization"));
            return Response.json([]);
        };
        let token: string | undefined;
        const client = new CleanLlmClient("http://x", withToken(() => token, fetch));
        await client.models.list();
        token = "t";
        await client.models.list();
        await new CleanLlmClient("http://x", withToken("clk_1", fetch)).models.list();
        assert.deepEqual(seen, [null, "Bearer t", "Bearer clk_1"]);
    });
});
