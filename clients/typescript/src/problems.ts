import { ApiException, type Problem } from "./client.js";

/** An {@link ApiException} that carries the server's problem document. */
export type ProblemException = ApiException & { result: Problem };

/**
 * Tells a failure that the server explained from any other; with a code, from any other problem too.
 * @example if (isProblem(error, "quota.exceeded")) wait(error.result.resetsAt);
 */
export function isProblem(error: unknown, code?: string): error is ProblemException {
    if (!(error instanceof ApiException) || typeof error.result?.code !== "string") {
        return false;
    }
    return code === undefined || error.result.code === code;
}

/** Seconds after which the server says a retry may succeed; undefined when it said nothing. */
export function retryAfterSeconds(error: ApiException): number | undefined {
    const seconds = Number.parseInt(String(error.headers["retry-after"] ?? ""), 10);
    return Number.isNaN(seconds) ? undefined : seconds;
}
