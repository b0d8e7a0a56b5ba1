import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CleanLlmClient, isProblem, memoryTokenStore, UserSession, webTokenStore, type LockRequester, type TokenStore } from "@cleanllm/client";
import { answer, collect, problem } from "./bytes.js";
import { FakeServer, SharedLocks, SharedStorage } from "./fakes.js";

const baseUrl = "https://llm.example.org";
const refreshUrl = `${baseUrl}/api/v1/auth/refresh`;

/** A session that does not wait but moves the clock. */
function sessionOn(server: FakeServer, store?: TokenStore, fetch = server.fetch): UserSession {
    return new UserSession({
        baseUrl,
        fetch,
        now: () => server.now,
        wait: async milliseconds => { server.now += milliseconds; },
        ...(store && { store }),
    });
}

async function signedIn(server = new FakeServer(), store?: TokenStore): Promise<{ server: FakeServer; session: UserSession; call: () => Promise<unknown> }> {
    const session = sessionOn(server, store);
    await session.adopt(server.signIn("ada"));
    return { server, session, call: () => answerOf(session) };
}

async function answerOf(session: UserSession): Promise<unknown> {
    const response = await session.fetch(`${baseUrl}/api/v1/users/me`);
    return response.ok ? (await response.json() as { bearer: string }).bearer : response.status;
}

const ended = (server: FakeServer): void => { server.now += server.life * 1000; };

/** Makes the server refuse access tokens that this device's clock still takes for good. */
async function endedEarly(server: FakeServer, session: UserSession): Promise<void> {
    ended(server);
    await session.adopt({ ...server.signIn("ada"), accessToken: "ended" });
    assert.equal(server.refreshes, 0);
}

describe("UserSession", () => {
    it("sends the access token", async () => {
        const { call } = await signedIn();
        assert.equal(await call(), "a1");
    });

    it("signs in by password, and by a code", async () => {
        const server = new FakeServer();
        server.before = url => /\/(login|exchange)$/.test(url) ? Response.json(server.signIn("ada")) : undefined;
        const session = sessionOn(server);
        await session.signIn({ email: "ada@example.com", password: "p" });
        assert.equal(await answerOf(session), "a1");
        await session.signInWithCode("c");
        assert.equal(await answerOf(session), "a2");
        assert.equal(server.calls[0]?.bearer, null);
        assert.deepEqual([server.calls[0]?.body, server.calls[2]?.body], ['{"email":"ada@example.com","password":"p"}', '{"code":"c"}']);
    });

    it("sends no token to other origins, and none beside a credential of the caller's", async () => {
        const { server, session } = await signedIn();
        for (const url of ["https://evil.example/x", `${baseUrl}.evil.example/x`, "//evil.example/x", "http://llm.example.org/x"]) {
            await session.fetch(url);
            assert.equal(server.calls.at(-1)?.bearer, null, url);
        }
        await session.fetch(`${baseUrl}/api/v1/models`, { headers: { Authorization: "Bearer clk_1" } });
        assert.equal(server.calls.at(-1)?.bearer, "clk_1");
    });

    it("sends calls without a credential when nobody is signed in", async () => {
        const server = new FakeServer();
        assert.equal(await answerOf(sessionOn(server)), 401);
        assert.equal(server.refreshes, 0);
    });

    it("renews once on a 401 and repeats the call once, body and all", async () => {
        const { server, session } = await signedIn();
        await endedEarly(server, session);
        const response = await session.fetch(`${baseUrl}/api/v1/chats`, { method: "POST", body: "{}" });
        assert.equal(response.status, 200);
        assert.deepEqual(server.calls.map(call => [call.url.replace(baseUrl, ""), call.bearer]), [
            ["/api/v1/chats", "ended"], ["/api/v1/auth/refresh", null], ["/api/v1/chats", "a3"]]);
        assert.equal(server.calls[2]?.body, "{}");
    });

    it("gives the second refusal to the caller instead of renewing again", async () => {
        const { server, call } = await signedIn();
        server.before = url => url === refreshUrl ? undefined : problem(401, "auth.required");
        assert.equal(await call(), 401);
        assert.equal(server.calls.length, 3);
        ended(server);
        assert.equal(await call(), 401);
        assert.equal(server.refreshes, 2, "a call that had renewed before does not renew again");
        assert.equal(server.calls.length, 5);
    });

    it("spends the refresh token once for calls that fail together", async () => {
        const { server, session } = await signedIn();
        await endedEarly(server, session);
        assert.deepEqual(await Promise.all(Array.from({ length: 20 }, () => answerOf(session))), Array.from({ length: 20 }, () => "a3"));
        assert.equal(server.refreshes, 1);
    });

    it("takes the newer token when a refusal comes after another call has renewed", async () => {
        const { server, session, call } = await signedIn();
        let late: ((response: Response) => void) | undefined;
        server.before = url => url.endsWith("/late") && late === undefined ? new Promise(resolve => { late = resolve; }) : undefined;
        const slow = session.fetch(`${baseUrl}/late`);
        await new Promise(setImmediate);
        ended(server);
        assert.equal(await call(), "a2");
        late?.(problem(401, "auth.required"));
        assert.equal((await slow).status, 200);
        assert.equal(server.refreshes, 1);
    });

    it("renews shortly before the end, without a refused call", async () => {
        const { server, call } = await signedIn();
        server.now += server.life * 1000 - 29_000;
        assert.equal(await call(), "a2");
        assert.deepEqual(server.calls.map(made => made.url), [refreshUrl, `${baseUrl}/api/v1/users/me`]);
    });

    it("does not renew before each call when tokens live for seconds only", async () => {
        const server = Object.assign(new FakeServer(), { life: 10 });
        const { call } = await signedIn(server);
        for (let second = 0; second < 9; second++) {
            await call();
            server.now += 1000;
        }
        assert.equal(server.refreshes, 0);
    });

    it("gets by with a clock that is wrong or changed", async () => {
        const server = new FakeServer();
        let offset = 86_400_000;
        const session = new UserSession({ baseUrl, fetch: server.fetch, now: () => server.now + offset });
        await session.adopt(server.signIn("ada"));
        assert.equal(await answerOf(session), "a1", "a day fast from the start is no reason to renew");
        offset = -86_400_000;
        ended(server);
        assert.equal(await answerOf(session), "a2", "set back, the token looks good and the refusal tells");
        offset = 86_400_000;
        assert.equal(await answerOf(session), "a3", "set forward, it is renewed early");
        assert.equal(await answerOf(session), "a3", "but once");
    });

    it("neither renews nor repeats for a 401 that is about something else", async () => {
        const { server, session } = await signedIn();
        server.before = url => url.endsWith("/password") ? problem(401, "auth.invalid_credentials") : undefined;
        const response = await session.fetch(`${baseUrl}/api/v1/users/me/password`, { method: "POST", body: "{}" });
        assert.equal(((await response.json()) as { code: string }).code, "auth.invalid_credentials");
        assert.equal(server.calls.length, 1);
    });

    it("renews for OpenAI's shape of a 401, and for one without a document", async () => {
        for (const refusal of [Response.json({ error: { code: "invalid_api_key" } }, { status: 401 }), new Response("no", { status: 401 })]) {
            const { server, session } = await signedIn();
            let first: Response | undefined = refusal;
            server.before = url => {
                const now = url.endsWith("/v1/models") ? first : undefined;
                first = now ? undefined : first;
                return now;
            };
            assert.equal((await session.fetch(`${baseUrl}/v1/models`)).status, 200);
            assert.equal(server.refreshes, 1);
        }
    });

    it("does not repeat a body that is a stream", async () => {
        const { server, session } = await signedIn();
        await endedEarly(server, session);
        const body = answer("{}").body;
        assert.equal((await session.fetch(`${baseUrl}/x`, { method: "POST", body, duplex: "half" } as RequestInit)).status, 401);
        assert.equal(server.calls.length, 1);
    });

    it("is over when the server refuses the refresh token", async () => {
        const { server, session, call } = await signedIn();
        const told: boolean[] = [];
        session.onChange(state => told.push(state));
        server.end("ada");
        assert.equal(await call(), 401);
        assert.deepEqual(told, [false]);
        assert.equal(await session.isSignedIn(), false);
        assert.equal(await call(), 401);
        assert.equal(server.refreshes, 1);
    });

    it("asks again when the answer of a renewal was lost, and gets the same tokens", async () => {
        const { server, call } = await signedIn();
        server.lose = () => {
            server.lose = () => undefined;
            throw new TypeError("connection reset");
        };
        ended(server);
        assert.equal(await call(), "a2");
        assert.equal(server.refreshes, 2);
    });

    it("stays signed in while the server is away, and says that it is", async () => {
        const { server, session, call } = await signedIn();
        server.before = url => url === refreshUrl ? problem(503, "dependency.unavailable") : undefined;
        ended(server);
        await assert.rejects(call(), error => isProblem(error, "dependency.unavailable"));
        assert.ok(await session.isSignedIn());
        server.before = () => undefined;
        assert.equal(await call(), "a2");
    });

    for (const [status, code] of [[408, "request.timeout"], [409, "request.conflict"], [404, "route.not_found"]] as const) {
        it(`stays signed in when a renewal fails by ${code}`, async () => {
            const { server, session, call } = await signedIn();
            server.before = url => url === refreshUrl ? problem(status, code) : undefined;
            ended(server);
            await assert.rejects(call(), error => isProblem(error, code));
            assert.ok(await session.isSignedIn());
        });
    }

    it("calls a function for requests as a function, which browsers insist on", async () => {
        const server = new FakeServer();
        const receivers: unknown[] = [];
        const session = sessionOn(server, undefined, function (this: unknown, input, init) {
            receivers.push(this);
            return server.fetch(input, init);
        });
        await session.adopt(server.signIn("ada"));
        await answerOf(session);
        assert.deepEqual(receivers, [undefined]);
    });

    it("does not ask again for a renewal that is limited", async () => {
        const { server, call } = await signedIn();
        server.before = url => url === refreshUrl ? problem(429, "rate_limit.exceeded") : undefined;
        ended(server);
        await assert.rejects(call(), error => isProblem(error, "rate_limit.exceeded"));
        assert.equal(server.calls.filter(made => made.url === refreshUrl).length, 2, "one before the call and one for its refusal");
    });

    it("lets a caller leave while others wait for the same renewal", async () => {
        const { server, session, call } = await signedIn();
        let go = (): void => undefined;
        server.before = url => url === refreshUrl ? new Promise(resolve => { go = () => resolve(undefined); }) : undefined;
        ended(server);
        const leave = new AbortController();
        const left = session.fetch(`${baseUrl}/x`, { signal: leave.signal });
        const stays = call();
        await new Promise(setImmediate);
        leave.abort(new Error("enough"));
        await assert.rejects(left, /enough/);
        go();
        assert.equal(await stays, "a2");
        assert.equal(server.refreshes, 1);
    });

    it("renews for streams too, when they are opened and when they go on", async () => {
        const { server, session } = await signedIn();
        await endedEarly(server, session);
        server.before = url => {
            if (server.calls.at(-1)?.bearer === "ended" || url === refreshUrl) {
                return undefined;
            }
            if (url.endsWith("/events")) {
                return server.refreshes === 1 ? problem(401, "auth.required") : answer("id: 2\nevent: completion.finished\ndata: {}\n\n");
            }
            return answer('id: 1\nevent: completion.delta\ndata: {"text":"a"}\n\n', 9, { headers: { "Completion-Id": "c1" } });
        };
        const client = new CleanLlmClient(baseUrl, session);
        const events = await collect(client.streamChat("c", { content: "Hi" }, { reconnectDelay: 1 }));
        assert.deepEqual(events.map(event => event.id), ["1", "2"]);
        assert.equal(server.refreshes, 2);
    });

    it("signs out here at once and on the server, with an access token that has ended too", async () => {
        const { server, session } = await signedIn();
        const told: boolean[] = [];
        session.onChange(state => told.push(state));
        ended(server);
        const out = session.signOut();
        await new Promise(setImmediate);
        assert.equal(await session.isSignedIn(), false);
        assert.ok(await out);
        assert.deepEqual(server.logOuts, ["ada"]);
        assert.deepEqual(told, [false]);
        assert.ok(await session.signOut(), "nobody is signed in");
    });

    it("signs out here when the server cannot be asked, and says so", async () => {
        const { server, session } = await signedIn();
        server.before = () => { throw new TypeError("fetch failed"); };
        assert.equal(await session.signOut(), false);
        assert.equal(await session.isSignedIn(), false);
    });

    it("is not brought back by a renewal that the server had done before the sign-out", async () => {
        const server = new FakeServer();
        let go = (): void => undefined;
        const session = sessionOn(server, undefined, async (input, init) => {
            const done = await server.fetch(input, init);
            if (String(input) === refreshUrl && server.refreshes === 1) {
                await new Promise<void>(resolve => { go = resolve; });
            }
            return done;
        });
        await session.adopt(server.signIn("ada"));
        server.now += server.life * 1000 - 1000;
        const calling = answerOf(session);
        await new Promise(setImmediate);
        assert.equal(server.refreshes, 1);
        assert.ok(await session.signOut());
        go();
        assert.equal(await calling, 401);
        assert.equal(await session.isSignedIn(), false);
        assert.ok(server.isEnded("ada"));
    });

    it("does not repeat a call as somebody who signed in meanwhile", async () => {
        const { server, session } = await signedIn();
        let refuse: ((response: Response) => void) | undefined;
        server.before = url => url.endsWith("/slow") ? new Promise(resolve => { refuse = resolve; }) : undefined;
        const slow = session.fetch(`${baseUrl}/slow`);
        await new Promise(setImmediate);
        await session.adopt(server.signIn("grace"));
        refuse?.(problem(401, "auth.required"));
        assert.equal((await slow).status, 401);
        assert.equal(server.calls.length, 1);
    });
});

describe("UserSession in several tabs", () => {
    /** Two tabs of one browser that are signed in, on a server at which renewals overlap unless something keeps them apart. */
    async function tabs(locks: LockRequester | null): Promise<{ server: FakeServer; one: UserSession; two: UserSession; shared: SharedStorage }> {
        const server = new FakeServer();
        server.before = async url => {
            if (url === refreshUrl) {
                await new Promise(resolve => setTimeout(resolve, 20));
            }
            return undefined;
        };
        const shared = new SharedStorage();
        const tab = (): UserSession => {
            const { storage, events } = shared.tab();
            return sessionOn(server, webTokenStore(storage, { locks, events }));
        };
        const [one, two] = [tab(), tab()];
        await one.adopt(server.signIn("ada"));
        return { server, one, two, shared };
    }

    for (const [name, locks] of [["the Web Locks API", new SharedLocks()], ["a lease in the storage", null]] as const) {
        it(`renew once, by ${name}`, async () => {
            const { server, one, two } = await tabs(locks);
            ended(server);
            const answers = await Promise.all([one, two, one, two].map(answerOf));
            assert.deepEqual(answers, ["a2", "a2", "a2", "a2"]);
            assert.equal(server.refreshes, 1);
            assert.equal(server.isEnded("ada"), false);

            ended(server);
            assert.deepEqual(await Promise.all([two, one].map(answerOf)), ["a3", "a3"]);
            assert.equal(server.refreshes, 2);
        });
    }

    it("lock by a name of their own, once for the calls of one tab", async () => {
        const locks = new SharedLocks();
        const { server, one } = await tabs(locks);
        ended(server);
        await Promise.all([answerOf(one), answerOf(one)]);
        assert.deepEqual(locks.requests, ["cleanllm:cleanllm.session"]);
    });

    it("would each spend the refresh token without a lock", async () => {
        const { server, one, two } = await tabs({ request: (_, work) => work() });
        ended(server);
        await Promise.all([answerOf(one), answerOf(two)]);
        assert.equal(server.refreshes, 2);
    });

    it("use the token that another one has renewed", async () => {
        const { server, one, two } = await tabs(new SharedLocks());
        ended(server);
        assert.equal(await answerOf(one), "a2");
        assert.equal(await answerOf(two), "a2");
        assert.equal(server.refreshes, 1);
    });

    it("take over from a tab that was closed while it held the lease", async () => {
        const { server, one, shared } = await tabs(null);
        shared.tab().storage.setItem("cleanllm:cleanllm.session", JSON.stringify({ owner: "gone", until: Date.now() + 40 }));
        ended(server);
        assert.equal(await answerOf(one), "a2");
    });

    it("sign out together, and hear of it once", async () => {
        const { server, one, two } = await tabs(new SharedLocks());
        const told: boolean[] = [];
        const stop = two.onChange(state => told.push(state));
        ended(server);
        await answerOf(one);
        await new Promise(setImmediate);
        assert.deepEqual(told, [], "a renewal changes nothing");
        await one.signOut();
        await new Promise(setImmediate);
        assert.deepEqual(told, [false]);
        assert.equal(await answerOf(two), 401);
        await one.adopt(server.signIn("ada again"));
        await new Promise(setImmediate);
        assert.deepEqual(told, [false, true]);
        stop();
        await one.signOut();
        await new Promise(setImmediate);
        assert.deepEqual(told, [false, true]);
    });

    it("tell a tab that has signed in itself when another one signs out", async () => {
        const { server, one, two } = await tabs(new SharedLocks());
        await one.signOut();
        const told: boolean[] = [];
        two.onChange(state => told.push(state));
        await new Promise(setImmediate);
        await two.adopt(server.signIn("ada again"));
        await new Promise(setImmediate);
        ended(server);
        await answerOf(one);
        await new Promise(setImmediate);
        assert.deepEqual(told, [true], "a renewal elsewhere changes nothing");
        await one.signOut();
        await new Promise(setImmediate);
        assert.deepEqual(told, [true, false]);
    });

    it("pass over what is no session in the storage", async () => {
        const { one, shared } = await tabs(null);
        for (const junk of ["", "{", "null", "[]", '{"accessToken":1}', '"text"']) {
            shared.tab().storage.setItem("cleanllm.session", junk);
            assert.equal(await one.isSignedIn(), false, junk);
        }
    });
});

describe("a store of one's own", () => {
    it("may be asynchronous and needs no lock", async () => {
        const memory = memoryTokenStore();
        const store: TokenStore = { read: async () => memory.read(), write: async tokens => memory.write(tokens) };
        const { server, session } = await signedIn(new FakeServer(), store);
        ended(server);
        assert.deepEqual(await Promise.all([session, session].map(answerOf)), ["a2", "a2"]);
        assert.equal(server.refreshes, 1);
    });
});
