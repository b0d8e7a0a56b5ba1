import { pause } from "./pause.js";
import type { WebStorage } from "./tokenStore.js";

/** Does the work when no other holder of the lock does any. */
export type Lock = <T>(work: () => Promise<T>) => Promise<T>;

/** The part of the Web Locks API that is used; `navigator.locks` has it. */
export interface LockRequester {
    request<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** One at a time within this page. */
export function tabLock(): Lock {
    let last: Promise<unknown> = Promise.resolve();
    return work => {
        const mine = last.then(work);
        last = mine.catch(() => undefined);
        return mine;
    };
}

/** One at a time in all tabs of the origin; the browser frees it when a tab is closed. */
export function webLock(locks: LockRequester, name: string): Lock {
    return work => locks.request(name, work);
}

const leaseMilliseconds = 15_000;
const settleMilliseconds = 30;

/**
 * For browsers without the Web Locks API, and pages without a secure context: a lease in the storage. Storage has no compare-and-set, so the one
 * who wrote last after a moment has it. It runs out by itself when its tab is closed.
 */
export function leaseLock(storage: WebStorage, name: string, now: () => number = Date.now, wait: (milliseconds: number) => Promise<void> = pause): Lock {
    const inTab = tabLock();
    return work => inTab(async () => {
        const owner = `${now()}.${Math.random()}`;
        while (!await taken(owner)) {
            await wait(settleMilliseconds * (1 + Math.random()));
        }
        try {
            return await work();
        } finally {
            if (leaseIn(storage.getItem(name))?.owner === owner) {
                storage.removeItem(name);
            }
        }
    });

    async function taken(owner: string): Promise<boolean> {
        const lease = leaseIn(storage.getItem(name));

        // A lease that ends later than any can was written before the clock was set back.
        if (lease !== undefined && lease.until > now() && lease.until <= now() + leaseMilliseconds) {
            return false;
        }
        storage.setItem(name, JSON.stringify({ owner, until: now() + leaseMilliseconds }));
        await wait(settleMilliseconds);
        return leaseIn(storage.getItem(name))?.owner === owner;
    }
}

function leaseIn(text: string | null): { owner: string; until: number } | undefined {
    try {
        const lease = JSON.parse(text ?? "null") as { owner?: unknown; until?: unknown } | null;
        return typeof lease?.owner === "string" && typeof lease.until === "number" ? { owner: lease.owner, until: lease.until } : undefined;
    } catch {
        return undefined;
    }
}
