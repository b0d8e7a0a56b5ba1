/** What the generated clients call to reach the server. */
export interface Http {
    fetch(url: RequestInfo, init?: RequestInit): Promise<Response>;
}

/**
 * Sends a credential with every call of a generated client.
 * @param token Asked before each call, so that a refreshed access token is used at once; undefined sends none.
 */
export function withToken(token: () => string | undefined, fetch: typeof globalThis.fetch = globalThis.fetch): Http {
    return {
        fetch(url, init) {
            const headers = new Headers(init?.headers);
            const value = token();
            if (value !== undefined) {
                headers.set("Authorization", `Bearer ${value}`);
            }
            return fetch(url, { ...init, headers });
        },
    };
}
