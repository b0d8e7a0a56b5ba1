import type { TokenPair } from "./client.js";
import { leaseLock, webLock, type Lock, type LockRequester } from "./locks.js";

/** A pair of tokens as a session keeps it. */
export interface StoredTokens extends TokenPair {
    /** Made at the sign-in and the same after each renewal: tells a renewed session from another one. */
    session: string;
    /** When to renew without waiting for a refusal, in milliseconds of this device's clock since 1970. */
    renewAt: number;
}

/** Where a session keeps its tokens. An implementation of one's own may put them into a cookie of a small server, or into a keychain. */
export interface TokenStore {
    /** What is kept now; read before each call, so it must not be answered from an old copy. */
    read(): StoredTokens | undefined | Promise<StoredTokens | undefined>;
    /** Keeps the tokens; undefined forgets them. */
    write(tokens: StoredTokens | undefined): void | Promise<void>;
    /** Calls back when another tab wrote; returns what ends that. Absent when there is no other writer. */
    subscribe?(changed: () => void): () => void;
    /** Lets one at a time of all who share the store renew the tokens. Absent when there is only one. */
    readonly lock?: Lock;
}

/** Keeps the tokens in this page only: a reload signs out, and no other script finds them in a storage. */
export function memoryTokenStore(): TokenStore {
    let kept: StoredTokens | undefined;
    return {
        read: () => kept,
        write(tokens) {
            kept = tokens;
        },
    };
}

/** The part of Web Storage that is used: localStorage and sessionStorage have it. */
export interface WebStorage {
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
    removeItem(key: string): void;
}

/** What a store in Web Storage may be told; the defaults suit browsers. */
export interface WebTokenStoreOptions {
    /** The item's name, and with `cleanllm:` before it the lock's. `cleanllm.session` unless given. */
    key?: string;
    /** What the tabs lock with: the Web Locks API where there is one; null for a lease in the storage. */
    locks?: LockRequester | null;
    /** What tells of writes of other tabs by `storage` events: the window. */
    events?: Pick<EventTarget, "addEventListener" | "removeEventListener">;
}

/**
 * Keeps the tokens in Web Storage: reloads stay signed in, and with localStorage all tabs share one session. Any script of the page's origin can
 * read them there, so take it only where the page runs no scripts of others.
 * @param storage localStorage unless given.
 */
export function webTokenStore(storage: WebStorage = globalThis.localStorage, options: WebTokenStoreOptions = {}): TokenStore {
    const key = options.key ?? "cleanllm.session";
    const events = options.events ?? globalThis;
    const locks = options.locks === undefined ? globalThis.navigator?.locks : options.locks;
    return {
        read: () => tokensIn(storage.getItem(key)),
        write(tokens) {
            if (tokens === undefined) {
                storage.removeItem(key);
            } else {
                storage.setItem(key, JSON.stringify(tokens));
            }
        },
        subscribe(changed) {
            // The event's key is null when the whole storage was cleared.
            const listener = (event: Event): void => {
                const written = (event as StorageEvent).key;
                if (written === key || written === null) {
                    changed();
                }
            };
            events.addEventListener?.("storage", listener);
            return () => events.removeEventListener?.("storage", listener);
        },
        lock: locks ? webLock(locks, `cleanllm:${key}`) : leaseLock(storage, `cleanllm:${key}`),
    };
}

// What an older version or another program left there counts as nothing.
function tokensIn(text: string | null): StoredTokens | undefined {
    try {
        const kept = JSON.parse(text ?? "null") as Partial<StoredTokens> | null;
        const complete = typeof kept?.accessToken === "string" && typeof kept.refreshToken === "string"
            && typeof kept.session === "string" && typeof kept.renewAt === "number";
        return complete ? kept as StoredTokens : undefined;
    } catch {
        return undefined;
    }
}
