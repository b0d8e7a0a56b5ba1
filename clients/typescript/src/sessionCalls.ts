/** Whether an address is the program's, so that its tokens may be sent there. */
export function isFor(url: string, baseUrl: string): boolean {
    const page = globalThis.location?.href ?? "http://localhost/";
    try {
        return new URL(url, page).origin === new URL(baseUrl, page).origin;
    } catch {
        return false;
    }
}

/** Whether a call can be sent twice: a stream is spent by the first time. */
export function isRepeatable(init: RequestInit): boolean {
    return !(init.body instanceof ReadableStream);
}

/**
 * Whether a call was refused for its access token. Other refusals are 401 too, a wrong password for one: repeated, they would count as a second
 * guess. Below `/v1` the codes are OpenAI's.
 */
export async function isExpired(response: Response): Promise<boolean> {
    if (response.status !== 401) {
        return false;
    }
    try {
        const document = await response.clone().json() as { code?: unknown; error?: { code?: unknown } | null } | null;
        const code = document?.code ?? document?.error?.code;
        return code === undefined || code === "auth.required" || code === "invalid_api_key";
    } catch {
        return true; // No document at all: a proxy's answer, or none that can be read.
    }
}
