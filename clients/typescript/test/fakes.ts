import type { LockRequester, TokenPair, WebStorage } from "@cleanllm/client";
import { problem } from "./bytes.js";

/** Storage that tabs share: each tab hears of what the others wrote. */
export class SharedStorage {
    readonly #items = new Map<string, string>();
    readonly #tabs: EventTarget[] = [];

    tab(): { storage: WebStorage; events: EventTarget } {
        const events = new EventTarget();
        this.#tabs.push(events);
        const tell = (key: string): void => {
            for (const other of this.#tabs.filter(tab => tab !== events)) {
                other.dispatchEvent(Object.assign(new Event("storage"), { key }));
            }
        };
        return {
            events,
            storage: {
                getItem: key => this.#items.get(key) ?? null,
                setItem: (key, value) => {
                    this.#items.set(key, value);
                    tell(key);
                },
                removeItem: key => {
                    this.#items.delete(key);
                    tell(key);
                },
            },
        };
    }
}

/** The Web Locks API of a browser: one at a time for a name, in order. */
export class SharedLocks implements LockRequester {
    readonly #last = new Map<string, Promise<unknown>>();
    requests: string[] = [];

    request<T>(name: string, work: () => Promise<T>): Promise<T> {
        this.requests.push(name);
        const mine = (this.#last.get(name) ?? Promise.resolve()).then(work);
        this.#last.set(name, mine.catch(() => undefined));
        return mine;
    }
}

/**
 * The program as far as sessions need it: access tokens end, refresh tokens work once, a second use ends the session unless it comes within ten
 * seconds and before the successor was used.
 */
export class FakeServer {
    readonly life = 900;
    now = 1_000_000;
    refreshes = 0;
    logOuts: string[] = [];
    calls: Array<{ url: string; bearer: string | null; body: unknown }> = [];
    /** Called with each request before it is answered; what it returns or throws is the answer. */
    before: (url: string, init: RequestInit | undefined) => Promise<Response | undefined> | Response | undefined = () => undefined;
    /** Called with each answer of a renewal, after the server has done it. */
    lose: () => void = () => undefined;

    readonly #access = new Map<string, { family: string; until: number }>();
    readonly #refresh = new Map<string, { family: string; spentAt?: number; next?: TokenPair }>();
    readonly #ended = new Set<string>();
    #issued = 0;

    signIn(family: string): TokenPair {
        return this.#issue(family);
    }

    end(family: string): void {
        this.#ended.add(family);
    }

    isEnded(family: string): boolean {
        return this.#ended.has(family);
    }

    readonly fetch: typeof globalThis.fetch = async (input, init) => {
        const url = String(input);
        const bearer = new Headers(init?.headers).get("Authorization")?.replace("Bearer ", "") ?? null;
        this.calls.push({ url, bearer, body: init?.body });
        const answer = await this.before(url, init);
        if (answer !== undefined) {
            return answer;
        }
        if (url.endsWith("/auth/refresh")) {
            return this.#renew((JSON.parse(String(init?.body)) as { refreshToken: string }).refreshToken);
        }
        const access = this.#access.get(bearer ?? "");
        if (access === undefined || access.until <= this.now || this.#ended.has(access.family)) {
            return problem(401, "auth.required");
        }
        for (const token of this.#refresh.values()) {
            if (token.next?.accessToken === bearer) {
                delete token.spentAt; // Its successor was used: a repetition is a theft from now on.
            }
        }
        if (url.endsWith("/auth/logout")) {
            this.logOuts.push(access.family);
            this.#ended.add(access.family);
            return new Response(null, { status: 204 });
        }
        return Response.json({ family: access.family, bearer });
    };

    #renew(token: string): Response {
        this.refreshes++;
        const known = this.#refresh.get(token);
        if (known === undefined || this.#ended.has(known.family)) {
            return problem(401, "auth.invalid_refresh_token");
        }
        if (known.next !== undefined) {
            if (known.spentAt !== undefined && this.now - known.spentAt <= 10_000) {
                return Response.json(known.next);
            }
            this.#ended.add(known.family);
            return problem(401, "auth.invalid_refresh_token");
        }
        known.next = this.#issue(known.family);
        known.spentAt = this.now;
        this.lose();
        return Response.json(known.next);
    }

    #issue(family: string): TokenPair {
        const number = ++this.#issued;
        this.#access.set(`a${number}`, { family, until: this.now + this.life * 1000 });
        this.#refresh.set(`r${number}`, { family });
        return { accessToken: `a${number}`, tokenType: "Bearer", expiresIn: this.life, refreshToken: `r${number}`, refreshTokenExpiresAt: "2030-01-01T00:00:00Z" };
    }
}
