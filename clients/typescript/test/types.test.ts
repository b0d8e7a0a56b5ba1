import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as client from "@cleanllm/client";
import type {
    ApiKey, ApiKeyScope, Completion, CompletionEvent, CompletionStatus, CreateApiKeyBody, ExportedAudit, FeedbackRating, FinishReason, MessageRole,
    OnDisconnect, Problem, ProblemCode, ProviderFailure, ProviderState, QuotaLimit, QuotaMetric, QuotaWindow, TokenPair, UsageGrouping, UserRole,
} from "@cleanllm/client";

// What is tested here is tested by the compiler: the file does not compile when it fails.
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
type IsUnion<T> = string extends T ? false : true;

const holds = <T extends true>(): T | undefined => undefined;

describe("types", () => {
    it("are unions where the contract has fixed words", () => {
        holds<Same<QuotaMetric, "requests" | "tokens" | "costMicros" | "concurrency">>();
        holds<Same<QuotaWindow, "running" | "minute" | "hour" | "day" | "month">>();
        holds<Same<QuotaLimit["metric"], QuotaMetric>>();
        holds<Same<NonNullable<Problem["metric"]>, QuotaMetric>>();
        holds<Same<NonNullable<Problem["window"]>, QuotaWindow>>();
        holds<Same<ApiKeyScope, "completions" | "chats:read" | "chats:write" | "usage:read">>();
        holds<Same<ApiKey["scopes"], ApiKeyScope[]>>();
        holds<Same<NonNullable<CreateApiKeyBody["scopes"]>, ApiKeyScope[]>>();
        holds<Same<TokenPair["tokenType"], "Bearer">>();
        holds<Same<UserRole, "user" | "admin">>();
        holds<Same<FeedbackRating, "up" | "down">>();
        holds<Same<OnDisconnect, "continue" | "cancel">>();
        holds<Same<Completion["status"], CompletionStatus>>();
        holds<Same<NonNullable<Completion["finishReason"]>, FinishReason>>();
        holds<IsUnion<UsageGrouping | MessageRole | CompletionStatus | FinishReason | ProviderState | ProviderFailure | ProblemCode>>();
        holds<Same<NonNullable<Parameters<client.UsersClient["getUsage"]>[2]>, UsageGrouping>>();
    });

    it("know the codes of problems, and let later ones pass", () => {
        const code: ProblemCode = "quota.exceeded";

        // @ts-expect-error No such code.
        const wrong: ProblemCode = "quota.exceded";

        const later: Problem["code"] = "a.later_one";
        holds<Problem["code"] extends NonNullable<Completion["errorCode"]> ? true : false>();
        assert.equal([code, wrong, later].length, 3);
    });

    it("have unknown for what has no fixed form", () => {
        holds<Same<ExportedAudit["detail"], unknown>>();
    });

    it("tell events apart by their type", () => {
        const text = (event: CompletionEvent): string => {
            switch (event.type) {
                case "started": return event.data.model;
                case "delta": return event.data.text + (event.data.toolCall?.arguments ?? "");
                case "reasoning": return event.data.text;
                case "finished": return String(event.data.usage.costMicros);
                case "cancelled": return event.data.status;
                case "failed": return event.data.code;
                case "unknown": return event.name;
            }
        };
        assert.equal(text({ type: "delta", id: "1", data: { text: "a" } }), "a");
    });

    it("take undefined for what may be left out", () => {
        const body: client.SendMessageBody = { content: "Hi", model: undefined, temperature: undefined };
        const options: client.CallOptions = { signal: undefined };
        assert.equal(JSON.stringify([body, options]), '[{"content":"Hi"},{}]');
    });

    it("say that what comes with each answer is there", () => {
        holds<Same<client.ApiKeyRevealed["key"], string>>();
        holds<Same<ReturnType<client.ExternalSignInClient["start"]>, string>>();
        holds<Same<ReturnType<client.CompletionsClient["follow"]>, client.CompletionStream>>();
    });
});

describe("CleanLlmClient", () => {
    it("has every group of calls", () => {
        const groups = Object.entries(client).filter(([name]) => name.endsWith("Client") && name !== "CleanLlmClient").map(([, group]) => group);
        const held = Object.values(new client.CleanLlmClient("http://x")).map((group: object) => group.constructor);
        assert.ok(groups.length >= 9);
        assert.deepEqual(new Set(held), new Set<unknown>(groups));
    });
});
