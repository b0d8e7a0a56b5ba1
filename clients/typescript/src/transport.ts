import { followCompletion, streamFrom, type CompletionStream, type StreamOptions } from "./completionStream.js";
import { refusal, ResponseError } from "./problems.js";

/** What sends the calls: the global object with its fetch, a UserSession, or what withToken gives. */
export interface Http {
    fetch(url: string, init?: RequestInit): Promise<Response>;
}

/** What a single call may say beside its parameters. */
export interface CallOptions {
    /** Ends the call; it rejects with the signal's reason. */
    signal?: AbortSignal | undefined;
    /** Names a request that makes a completion, so that sending it again makes no second one; up to 255 printable ASCII characters. */
    idempotencyKey?: string | undefined;
    /** Further headers. */
    headers?: Readonly<Record<string, string>> | undefined;
}

type Value = string | number | boolean | null | undefined;

/** Parameters of a call, which are left out when they are null or undefined. */
export interface CallRequest {
    query?: Readonly<Record<string, Value>>;
    headers?: Readonly<Record<string, Value>>;
    body?: unknown;
}

/** Sends the calls of the generated classes and reads the answers. */
export class Transport {
    readonly #baseUrl: string;
    readonly #http: Http;

    constructor(baseUrl = "", http: Http = globalThis) {
        this.#baseUrl = baseUrl.replace(/\/+$/, "");
        this.#http = http;
    }

    /** The address of a call. */
    url(path: string, query: Readonly<Record<string, Value>> = {}): string {
        const text = new URLSearchParams(given(query)).toString();
        return this.#baseUrl + path + (text === "" ? "" : `?${text}`);
    }

    /** Sends a call whose answer has no document. */
    async send(method: string, path: string, request: CallRequest, options?: CallOptions): Promise<void> {
        const response = await this.#answer(method, path, request, options);
        await response.body?.cancel();
    }

    /** Sends a call and reads the document it answers with. */
    async read<T>(method: string, path: string, request: CallRequest, options?: CallOptions): Promise<T> {
        const response = await this.#answer(method, path, request, options);
        const body = await response.text();
        try {
            return JSON.parse(body) as T;
        } catch {
            throw new ResponseError("The answer is not JSON.", response.status, response.headers, body);
        }
    }

    /** Sends a call and yields the events it answers with. */
    stream(method: string, path: string, request: CallRequest, options: StreamOptions = {}): CompletionStream {
        const open = (): Promise<Response> => this.#fetch(method, this.url(path, request.query), request, options, "text/event-stream");
        return streamFrom(open, this.#events(options), options);
    }

    /** Yields the events of a completion that was started before. */
    follow(completionId: string, lastEventId: string | null | undefined, options: StreamOptions = {}): CompletionStream {
        return followCompletion(completionId, lastEventId ?? "", this.#events(options), options);
    }

    #events(options: StreamOptions): (completionId: string, lastEventId: string) => Promise<Response> {
        return (completionId, lastEventId) => this.#fetch(
            "GET",
            this.url(`/api/v1/completions/${encodeURIComponent(completionId)}/events`),
            { headers: { "Last-Event-ID": lastEventId || undefined } },
            { signal: options.signal, headers: options.headers },
            "text/event-stream");
    }

    async #answer(method: string, path: string, request: CallRequest, options: CallOptions = {}): Promise<Response> {
        const response = await this.#fetch(method, this.url(path, request.query), request, options, "application/json");
        if (!response.ok) {
            throw await refusal(response);
        }
        return response;
    }

    #fetch(method: string, url: string, request: CallRequest, options: CallOptions, accept: string): Promise<Response> {
        const headers: Record<string, string> = { Accept: accept, ...given(request.headers ?? {}), ...options.headers };
        if (options.idempotencyKey !== undefined) {
            headers["Idempotency-Key"] = options.idempotencyKey;
        }
        const init: RequestInit = { method, headers, signal: options.signal ?? null };
        if (request.body !== undefined) {
            headers["Content-Type"] = "application/json";
            init.body = JSON.stringify(request.body);
        }
        return this.#http.fetch(url, init);
    }
}

function given(values: Readonly<Record<string, Value>>): Record<string, string> {
    const all: Record<string, string> = {};
    for (const [name, value] of Object.entries(values)) {
        if (value !== undefined && value !== null) {
            all[name] = String(value);
        }
    }
    return all;
}

/**
 * Sends one credential with every call: an API key, on a server, or a token that is renewed elsewhere. For signed-in users take a UserSession.
 * @param token The credential, or what is asked for it before each call; undefined sends none.
 */
export function withToken(token: string | (() => string | undefined), fetch: typeof globalThis.fetch = globalThis.fetch): Http {
    return {
        fetch(url, init) {
            const headers = new Headers(init?.headers);
            const value = typeof token === "function" ? token() : token;
            if (value !== undefined) {
                headers.set("Authorization", `Bearer ${value}`);
            }
            return fetch(url, { ...init, headers });
        },
    };
}
