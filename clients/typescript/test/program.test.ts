import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CleanLlmClient, isProblem, memoryTokenStore, UserSession, type CompletionEvent, type Problem } from "@cleanllm/client";

const url = process.env["CLEANLLM_URL"];

describe("the running program", { skip: url === undefined ? "CLEANLLM_URL is not set" : false }, () => {
    const baseUrl = url ?? "";
    const store = memoryTokenStore();
    const session = new UserSession({ baseUrl, store });
    const client = new CleanLlmClient(baseUrl, session);
    const email = `walk-${crypto.randomUUID()}@example.com`;
    const password = "a walk through the whole of it";
    let chatId = "";

    it("is alive", async () => {
        assert.equal((await client.operations.live()).status, "healthy");
    });

    it("refuses a caller without a credential", async () => {
        await assert.rejects(client.users.getMe(), error => isProblem(error, "auth.required") && error.status === 401);
    });

    it("registers, once", async () => {
        const user = await client.auth.register({ email, password, displayName: "Walker" });
        assert.equal(user.email, email);
        assert.equal(user.role, "user");
        await assert.rejects(client.auth.register({ email, password }), error => isProblem(error, "auth.email_taken") && error.status === 409);
    });

    it("says which values of a body are not acceptable", async () => {
        await assert.rejects(client.auth.register({ email: "no address", password }), error => isProblem(error) && error.problem.errors?.["email"] !== undefined);
    });

    it("signs in", async () => {
        await assert.rejects(session.signIn({ email, password: password + "!" }), error => isProblem(error, "auth.invalid_credentials"));
        await session.signIn({ email, password });
        assert.equal((await client.users.getMe()).displayName, "Walker");
    });

    it("renews the tokens when one is refused, and repeats the call", async () => {
        const tokens = await store.read();
        assert.ok(tokens !== undefined);
        await store.write({ ...tokens, accessToken: `${tokens.accessToken}x` });
        assert.equal((await client.users.getMe()).email, email);
        assert.notEqual((await store.read())?.refreshToken, tokens.refreshToken);
    });

    it("does not take a wrong password for an ended token", async () => {
        const change = client.users.changePassword({ currentPassword: "a wrong one", newPassword: "another long password" });
        const before = await store.read();
        await assert.rejects(change, error => isProblem(error) && error.code !== "auth.required");
        assert.deepEqual(await store.read(), before);
    });

    it("opens a chat", async () => {
        const chat = await client.chats.create({ title: "A walk" });
        chatId = chat.id;
        assert.equal((await client.chats.list()).items[0]?.id, chatId);
    });

    it("streams an answer", async () => {
        const events: CompletionEvent[] = [];
        let text = "";
        for await (const event of client.streamChat(chatId, { content: "Grüße! 👋" })) {
            events.push(event);
            if (event.type === "delta") {
                text += event.data.text;
            }
        }

        assert.equal(events[0]?.type, "started");
        const last = events.at(-1);
        assert.ok(last?.type === "finished");
        assert.equal(last.data.status, "succeeded");
        assert.equal(last.data.message?.content, text);
        const ids = events.map(event => Number(event.id));
        assert.deepEqual(ids, [...ids].sort((a, b) => a - b));
        assert.equal(new Set(ids).size, ids.length);
    });

    it("throws a refusal of a stream before its first event", async () => {
        const refused = client.streamCompletion({ prompt: "Hi", model: "no-such-model" });
        await assert.rejects(refused.next(), error => isProblem(error, "model.unknown") && error.status === 422);
    });

    it("follows a completion from its start, from where it was left, and not past its end", async () => {
        const all: CompletionEvent[] = [];
        for await (const event of client.streamCompletion({ prompt: "Follow me" })) {
            all.push(event);
        }
        assert.ok(all[0]?.type === "started");
        const { id } = all[0].data;
        const again: CompletionEvent[] = [];
        for await (const event of client.follow(id)) {
            again.push(event);
        }
        assert.deepEqual(again.map(event => event.id), all.map(event => event.id));
        for await (const event of client.completions.follow(id, all[0].id)) {
            assert.equal(event.id, all[1]?.id);
            break;
        }
        assert.equal((await client.follow(id, all.at(-1)?.id).next()).done, true);
    });

    it("cancels a completion", async () => {
        let last: CompletionEvent | undefined;
        for await (const event of client.streamCompletion({ prompt: "A long story. ".repeat(50) })) {
            last = event;
            if (event.type === "started") {
                const cancelled = await client.completions.cancel(event.data.id);
                assert.equal(cancelled.id, event.data.id);
            }
        }
        assert.ok(last?.type === "cancelled" || last?.type === "finished", "it may have been quicker");
    });

    it("reads the history back, newest first", async () => {
        const { items } = await client.chats.listMessages(chatId);
        assert.deepEqual(items.map(message => message.role), ["assistant", "user"]);
        assert.equal(items[1]?.content, "Grüße! 👋");
        assert.equal(items[0]?.parentId, items[1]?.id);
    });

    it("answers a single question as JSON", async () => {
        const completion = await client.completions.create({ prompt: "Hello" });
        assert.equal(completion.status, "succeeded");
        assert.equal(completion.usage.totalTokens, completion.usage.promptTokens + completion.usage.completionTokens);
        assert.deepEqual(await client.completions.get(completion.id), completion);
    });

    it("shows what it cost", async () => {
        const { limits } = await client.users.getQuota();
        const tokens = limits.find(limit => limit.metric === "tokens");
        assert.ok(tokens !== undefined && tokens.used > 0 && tokens.used + tokens.remaining === tokens.limit);
        assert.ok(limits.every(limit => limit.reserved === 0));
    });

    it("lists the models", async () => {
        const models = await client.models.list();
        assert.ok(models.length > 0);
        assert.ok(models.every(model => model.contextWindow > 0));
    });

    it("hides a chat from others", async () => {
        await assert.rejects(client.chats.get(crypto.randomUUID()), error => isProblem(error, "chat.not_found") && error.status === 404);
    });

    it("starts an external sign-in at an address of the program", async () => {
        const response = await fetch(client.externalSignIn.start("no-such-provider", "https://app.example.org/"), { redirect: "manual" });
        const { code, errors } = (await response.json()) as Problem;
        assert.equal(code, "validation.failed");
        assert.deepEqual(Object.keys(errors ?? {}), ["returnUrl"]);
        assert.deepEqual(await client.externalSignIn.providers(), []);
    });

    it("signs out", async () => {
        const tokens = await store.read();
        assert.ok(await session.signOut());
        await assert.rejects(client.users.getMe(), error => isProblem(error, "auth.required"));
        await assert.rejects(client.auth.refresh({ refreshToken: tokens?.refreshToken ?? "" }), error => isProblem(error, "auth.invalid_refresh_token"));
    });
});
