import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
    AuthClient, ChatsClient, CompletionsClient, isProblem, ModelsClient, OperationsClient, streamCompletion, UsersClient, withToken,
    type CompletionEvent, type TokenPair,
} from "@cleanllm/client";

const url = process.env["CLEANLLM_URL"];

describe("the running program", { skip: url === undefined ? "CLEANLLM_URL is not set" : false }, () => {
    const baseUrl = url ?? "";
    let tokens: TokenPair | undefined;
    const http = withToken(() => tokens?.accessToken);
    const auth = new AuthClient(baseUrl, http);
    const users = new UsersClient(baseUrl, http);
    const chats = new ChatsClient(baseUrl, http);
    const email = `walk-${crypto.randomUUID()}@example.com`;
    const password = "a walk through the whole of it";
    let chatId = "";

    it("is alive", async () => {
        assert.equal((await new OperationsClient(baseUrl, http).live()).status, "healthy");
    });

    it("refuses a caller without a credential", async () => {
        await assert.rejects(users.getMe(), error => isProblem(error, "auth.required") && error.status === 401);
    });

    it("registers, once", async () => {
        const user = await auth.register({ email, password, displayName: "Walker" });
        assert.equal(user.email, email);
        assert.equal(user.role, "user");
        await assert.rejects(auth.register({ email, password }), error => isProblem(error, "auth.email_taken") && error.status === 409);
    });

    it("says which values of a body are not acceptable", async () => {
        await assert.rejects(auth.register({ email: "nobody", password }), error => isProblem(error) && error.result.errors?.["email"] !== undefined);
    });

    it("signs in", async () => {
        await assert.rejects(auth.login({ email, password: password + "!" }), error => isProblem(error, "auth.invalid_credentials"));
        tokens = await auth.login({ email, password });
        assert.equal(tokens.tokenType, "Bearer");
        assert.equal((await users.getMe()).displayName, "Walker");
    });

    it("opens a chat", async () => {
        const chat = await chats.create({ title: "A walk" });
        chatId = chat.id;
        assert.equal((await chats.list()).items[0]?.id, chatId);
    });

    it("streams an answer", async () => {
        const events: CompletionEvent[] = [];
        let text = "";
        const token = tokens?.accessToken ?? "";
        for await (const event of streamCompletion(baseUrl, `/api/v1/chats/${chatId}/messages`, { content: "Grüße! 👋" }, { token })) {
            events.push(event);
            if (event.type === "completion.delta") {
                text += event.data.text;
            }
        }

        assert.equal(events[0]?.type, "completion.started");
        const last = events.at(-1);
        assert.ok(last?.type === "completion.finished");
        assert.equal(last.data.status, "succeeded");
        assert.equal(last.data.message?.content, text);
        const ids = events.map(event => Number(event.id));
        assert.deepEqual(ids, [...ids].sort((a, b) => a - b));
        assert.equal(new Set(ids).size, ids.length);
    });

    it("throws a refusal of a stream before its first event", async () => {
        const token = tokens?.accessToken ?? "";
        const refused = streamCompletion(baseUrl, "/api/v1/completions", { prompt: "Hi", model: "no-such-model" }, { token });
        await assert.rejects(refused.next(), error => isProblem(error, "model.unknown") && error.status === 422);
    });

    it("reads the history back, newest first", async () => {
        const { items } = await chats.listMessages(chatId);
        assert.deepEqual(items.map(message => message.role), ["assistant", "user"]);
        assert.equal(items[1]?.content, "Grüße! 👋");
        assert.equal(items[0]?.parentId, items[1]?.id);
    });

    it("answers a single question as JSON", async () => {
        const completions = new CompletionsClient(baseUrl, http);
        const completion = await completions.create({ prompt: "Hello" });
        assert.equal(completion.status, "succeeded");
        assert.equal(completion.usage.totalTokens, completion.usage.promptTokens + completion.usage.completionTokens);
        assert.deepEqual(await completions.get(completion.id), completion);
    });

    it("shows what it cost", async () => {
        const { limits } = await users.getQuota();
        const tokens = limits.find(limit => limit.metric === "tokens");
        assert.ok(tokens !== undefined && tokens.used > 0 && tokens.used + tokens.remaining === tokens.limit);
        assert.ok(limits.every(limit => limit.reserved === 0));
    });

    it("lists the models", async () => {
        const models = await new ModelsClient(baseUrl, http).list();
        assert.ok(models.length > 0);
        assert.ok(models.every(model => model.contextWindow > 0));
    });

    it("hides a chat from others", async () => {
        await assert.rejects(chats.get(crypto.randomUUID()), error => isProblem(error, "chat.not_found") && error.status === 404);
    });

    it("continues and ends the session", async () => {
        const refreshToken = tokens?.refreshToken ?? "";
        tokens = await auth.refresh({ refreshToken });
        await auth.logout({ refreshToken: tokens.refreshToken });
        await assert.rejects(auth.refresh({ refreshToken: tokens.refreshToken }), error => isProblem(error, "auth.invalid_refresh_token"));
    });
});
