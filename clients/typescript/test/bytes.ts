/** A body that comes in chunks of so many bytes. */
export function stream(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
    let at = 0;
    return new ReadableStream({
        pull(controller) {
            if (at >= bytes.length) {
                controller.close();
                return;
            }
            controller.enqueue(bytes.slice(at, at + size));
            at += size;
        },
    });
}

/** An answer whose text comes in chunks. */
export function answer(text: string, size = 9, init?: ResponseInit): Response {
    return new Response(stream(new TextEncoder().encode(text), size), init);
}

/** A refusal as the program sends it. */
export function problem(status: number, code: string, more: object = {}, headers: Record<string, string> = {}): Response {
    return new Response(
        JSON.stringify({ type: `urn:cleanllm:problem:${code}`, title: "", status, detail: code, instance: "/", code, traceId: "", ...more }),
        { status, headers: { "Content-Type": "application/problem+json", ...headers } });
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
    const all: T[] = [];
    for await (const item of items) {
        all.push(item);
    }
    return all;
}
