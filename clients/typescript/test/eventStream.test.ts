import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseEventStream } from "@cleanllm/client";
import { collect, stream } from "./bytes.js";

describe("parseEventStream", () => {
    const text = ':ok\n\nid: 1\nevent: a\ndata: grüße 👋🏽\n\n: ping\n\nid: 2\ndata:one\ndata: two\nretry: 5\n\ndata\n\nevent: lost\ndata: x';
    const expected = [
        { id: "1", type: "a", data: "grüße 👋🏽" },
        { id: "2", type: "message", data: "one\ntwo" },
        { id: "2", type: "message", data: "" },
    ];

    for (const [name, end] of [["LF", "\n"], ["CRLF", "\r\n"], ["CR", "\r"]] as const) {
        it(`reads the same events however the bytes are split, lines ending in ${name}`, async () => {
            const bytes = new TextEncoder().encode(text.replaceAll("\n", end));
            for (let size = 1; size <= bytes.length; size++) {
                assert.deepEqual(await collect(parseEventStream(stream(bytes, size))), expected, `chunks of ${size}`);
            }
        });
    }
});
