import { AuthClient, ExternalSignInClient, type LoginBody, type TokenPair } from "./client.js";
import { tabLock, type Lock } from "./locks.js";
import { pause } from "./pause.js";
import { isProblem, ResponseError } from "./problems.js";
import { isExpired, isFor, isRepeatable } from "./sessionCalls.js";
import { memoryTokenStore, type StoredTokens, type TokenStore } from "./tokenStore.js";
import { withToken, type Http } from "./transport.js";

/** What a session may be told; only the address is needed, and not even that when the page comes from the program's own origin. */
export interface UserSessionOptions {
    /** Where the program is, e.g. `https://llm.example.org`; the page's own origin unless given. */
    baseUrl?: string;
    /** Where the tokens are kept; in memory unless given. */
    store?: TokenStore;
    /** Used in place of the global one. */
    fetch?: typeof globalThis.fetch;
    /** This device's clock, in milliseconds since 1970. */
    now?: () => number;
    /** Waits before a renewal whose answer was lost is asked for again. */
    wait?: (milliseconds: number) => Promise<void>;
}

// The server repeats a renewal whose answer was lost for ten seconds; later the token counts as stolen and the session ends.
const repeatMilliseconds = 8_000;
const attemptMilliseconds = 5_000;

/**
 * A signed-in user. Sends the access token with every call, renews it shortly before it ends or when a call is refused for it, and repeats that
 * call once. However many calls and tabs need a new token, the refresh token is spent once: a second use would end the session.
 */
export class UserSession implements Http {
    /** Where the program is. */
    readonly baseUrl: string;
    readonly #store: TokenStore;
    readonly #lock: Lock;
    readonly #send: typeof globalThis.fetch;
    readonly #now: () => number;
    readonly #wait: (milliseconds: number) => Promise<void>;
    readonly #renewals = new Map<string, Promise<StoredTokens | undefined>>();
    readonly #listeners = new Set<(signedIn: boolean) => void>();
    /** What each listener's tab knows of the session. */
    readonly #known = new Set<{ session: Promise<string | undefined> }>();

    constructor(options: UserSessionOptions = {}) {
        this.baseUrl = (options.baseUrl ?? "").replace(/\/+$/, "");
        this.#store = options.store ?? memoryTokenStore();
        this.#lock = this.#store.lock ?? tabLock();
        // Never called as a method: a browser's own function refuses that.
        const send = options.fetch;
        this.#send = (input, init) => (send ?? globalThis.fetch)(input, init);
        this.#now = options.now ?? Date.now;
        this.#wait = options.wait ?? pause;
    }

    /** Signs in; 401 `auth.two_factor_required` asks for `twoFactorCode` as well. */
    async signIn(credentials: LoginBody): Promise<void> {
        await this.adopt(await new AuthClient(this.baseUrl, this.#bare()).login(credentials));
    }

    /** Signs in with the code that an external provider's sign-in came back with. */
    async signInWithCode(code: string): Promise<void> {
        await this.adopt(await new ExternalSignInClient(this.baseUrl, this.#bare()).exchange({ code }));
    }

    /** Goes on with tokens that came from elsewhere, for example from a server of one's own. */
    async adopt(tokens: TokenPair): Promise<void> {
        await this.#keep(this.#stored(tokens, `${this.#now()}.${Math.random()}`));
    }

    /**
     * Signs out here and in all tabs that share the store at once, and ends the session on the server.
     * @returns Whether the server ended it; false when it could not be asked, and the session lives there until its tokens end.
     */
    async signOut(): Promise<boolean> {
        const tokens = await this.#store.read();
        await this.#keep(undefined);
        return tokens === undefined || await this.#end(tokens);
    }

    /** Whether a user is signed in, as far as is known without asking the server. */
    async isSignedIn(): Promise<boolean> {
        return await this.#store.read() !== undefined;
    }

    /** An access token that is good for the moment; undefined when no user is signed in. */
    async accessToken(): Promise<string | undefined> {
        return (await this.#current()).tokens?.accessToken;
    }

    /**
     * Calls back after each sign-in and sign-out, in other tabs too, and when the server ended the session.
     * @returns What ends that.
     */
    onChange(listener: (signedIn: boolean) => void): () => void {
        // Other tabs write renewed tokens too, which changes nothing.
        const session = async (): Promise<string | undefined> => (await this.#store.read())?.session;
        const known = { session: session() };
        const elsewhere = this.#store.subscribe?.(async () => {
            const [before, now] = [known.session, known.session = session()];
            if (await before !== await now) {
                listener(await now !== undefined);
            }
        });
        this.#listeners.add(listener);
        this.#known.add(known);
        return () => {
            this.#listeners.delete(listener);
            this.#known.delete(known);
            elsewhere?.();
        };
    }

    /** Sends a call as the user; calls to other origins, and those with a credential of their own, are sent as they are. */
    async fetch(url: string, init: RequestInit = {}): Promise<Response> {
        if (!isFor(url, this.baseUrl) || new Headers(init.headers).has("Authorization")) {
            return this.#send(url, init);
        }
        const { tokens, renewed } = await untilAborted(this.#current(), init.signal);
        const response = await this.#as(tokens, url, init);
        if (tokens === undefined || renewed || !isRepeatable(init) || !await isExpired(response)) {
            return response;
        }
        const fresh = await untilAborted(this.#renew(tokens), init.signal);
        if (fresh === undefined) {
            return response; // The session is over: the refusal says so.
        }
        await response.body?.cancel();
        return this.#as(fresh, url, init);
    }

    #as(tokens: StoredTokens | undefined, url: string, init: RequestInit): Promise<Response> {
        return withToken(tokens?.accessToken ?? (() => undefined), this.#send).fetch(url, init);
    }

    async #current(): Promise<{ tokens: StoredTokens | undefined; renewed: boolean }> {
        const tokens = await this.#store.read();
        if (tokens === undefined || this.#now() < tokens.renewAt) {
            return { tokens, renewed: false };
        }
        try {
            return { tokens: await this.#renew(tokens), renewed: true };
        } catch {
            return { tokens, renewed: false }; // The server did not answer; the old token may still do.
        }
    }

    /** Newer tokens of the same session; undefined when it is over. Calls that need the same ones share one renewal. */
    #renew(used: StoredTokens): Promise<StoredTokens | undefined> {
        const running = this.#renewals.get(used.accessToken);
        if (running !== undefined) {
            return running;
        }
        const renewal = this.#lock(() => this.#renewAlone(used)).finally(() => this.#renewals.delete(used.accessToken));
        this.#renewals.set(used.accessToken, renewal);
        return renewal;
    }

    async #renewAlone(used: StoredTokens): Promise<StoredTokens | undefined> {
        const current = await this.#store.read();
        if (current?.session !== used.session) {
            return undefined; // Signed out, or in as another user, while waiting.
        }
        if (current.accessToken !== used.accessToken) {
            return current; // Another tab was quicker.
        }
        const pair = await this.#ask(current.refreshToken);
        const latest = await this.#store.read();
        if (latest?.refreshToken !== current.refreshToken) {
            if (pair !== undefined) {
                void this.#end(this.#stored(pair, current.session)); // Signed out meanwhile: these tokens have no user.
            }
            return latest?.session === used.session ? latest : undefined;
        }
        const renewed = pair && this.#stored(pair, current.session);
        await this.#keep(renewed, renewed === undefined);
        return renewed;
    }

    /** The next pair of tokens; undefined when the server refuses to give one. */
    async #ask(refreshToken: string): Promise<TokenPair | undefined> {
        const begun = this.#now();
        for (let attempt = 1; ; attempt++) {
            try {
                return await new AuthClient(this.baseUrl, this.#bare()).refresh({ refreshToken }, { signal: AbortSignal.timeout(attemptMilliseconds) });
            } catch (error) {
                if (isProblem(error) && (error.status === 401 || error.status === 403)) {
                    return undefined; // Anything else says nothing about the session.
                }
                // The answer may have been lost, and the token with it.
                const delay = 500 * 2 ** (attempt - 1);
                const elapsed = this.#now() + delay - begun;
                if (error instanceof ResponseError && error.status < 500 || elapsed < 0 || elapsed > repeatMilliseconds || attempt === 4) {
                    throw error;
                }
                await this.#wait(delay);
            }
        }
    }

    async #end(tokens: StoredTokens): Promise<boolean> {
        const logOut = (pair: TokenPair): Promise<void> =>
            new AuthClient(this.baseUrl, withToken(pair.accessToken, this.#send)).logout({ refreshToken: pair.refreshToken });
        try {
            await logOut(tokens);
            return true;
        } catch (error) {
            if (!isProblem(error, "auth.required")) {
                return false;
            }
        }
        try {
            const pair = await this.#ask(tokens.refreshToken);
            if (pair !== undefined) {
                await logOut(pair);
            }
            return true; // Without a pair it had ended before.
        } catch {
            return false;
        }
    }

    async #keep(tokens: StoredTokens | undefined, tell = true): Promise<void> {
        await this.#store.write(tokens);
        // A tab is not told of what it writes itself.
        this.#known.forEach(known => { known.session = Promise.resolve(tokens?.session); });
        if (tell) {
            this.#listeners.forEach(listener => listener(tokens !== undefined));
        }
    }

    // A tenth of the token's life before its end, half a minute at most, by this device's clock alone: the server's may be another.
    #stored(pair: TokenPair, session: string): StoredTokens {
        const life = pair.expiresIn * 1000;
        return { ...pair, session, renewAt: this.#now() + life - Math.min(30_000, life / 10) };
    }

    #bare(): Http {
        return { fetch: (url, init) => this.#send(url, init) };
    }
}

/** Ends the waiting of one call; what it waits for goes on, because others may wait for it too. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
    if (!signal) {
        return work;
    }
    return new Promise((resolve, reject) => {
        const leave = (): void => reject(signal.reason);
        if (signal.aborted) {
            leave();
        }
        signal.addEventListener("abort", leave, { once: true });
        work.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
    });
}
