import type { Problem, ProblemCode } from "./client.js";

/** The server refused a call, or something before it did: a proxy, for example, whose answer is no problem document. */
export class ResponseError extends Error {
    /**
     * @param status The HTTP status.
     * @param headers The headers of the answer.
     * @param body The answer as it came.
     */
    constructor(message: string, readonly status: number, readonly headers: Headers, readonly body: string) {
        super(message);
        this.name = "ResponseError";
    }

    /** Seconds after which the server says a retry may succeed; undefined when it said nothing. */
    get retryAfter(): number | undefined {
        const seconds = Number.parseInt(this.headers.get("Retry-After") ?? "", 10);
        return Number.isNaN(seconds) ? undefined : seconds;
    }
}

/** A refusal that the server explained by a problem document (RFC 9457). Branch on `code`; the texts are for people and may change. */
export class ProblemError extends ResponseError {
    /** @param problem The document. */
    constructor(readonly problem: Problem, status: number, headers: Headers, body: string) {
        super(problem.detail ?? `The server answered ${status}.`, status, headers, body);
        this.name = "ProblemError";
    }

    /** Stable, dotted name of the failure; later versions of the server may have more of them. */
    get code(): ProblemCode | (string & {}) {
        return this.problem.code;
    }
}

/**
 * Tells a failure that the server explained from any other; with a code, from any other problem too.
 * @example if (isProblem(error, "quota.exceeded")) wait(error.problem.resetsAt);
 */
export function isProblem<Code extends ProblemCode | (string & {})>(error: unknown, code?: Code): error is ProblemError & { readonly code: Code } {
    return error instanceof ProblemError && (code === undefined || error.code === code);
}

/** The error that an answer is which is no success. */
export async function refusal(response: Response): Promise<ResponseError> {
    const body = await response.text();
    const problem = problemIn(body);
    return problem === undefined
        ? new ResponseError(`The server answered ${response.status}.`, response.status, response.headers, body)
        : new ProblemError(problem, response.status, response.headers, body);
}

function problemIn(body: string): Problem | undefined {
    try {
        const document: unknown = JSON.parse(body);
        const isProblem = typeof document === "object" && document !== null && "code" in document && typeof document.code === "string";
        return isProblem ? document as Problem : undefined;
    } catch {
        return undefined;
    }
}
