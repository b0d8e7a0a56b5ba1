import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { anysOf, blocksOf, faultsOf, projects } from "./compiler.js";

const code = `
import { CleanLlmClient, isProblem, withToken } from "@cleanllm/client";
import type { CompletionEvent, Http } from "@cleanllm/client";

const http: Http = withToken("clk_1", async () => new Response('id: 1\\nevent: completion.delta\\ndata: {"text":"Hello"}\\n\\nid: 2\\nevent: completion.cancelled\\ndata: {}\\n\\n'));
const events: CompletionEvent[] = [];
for await (const event of new CleanLlmClient("http://localhost", http).streamCompletion({ prompt: "Hi" })) {
    events.push(event);
}
const first = events[0];
if (first?.type !== "delta" || isProblem(first)) {
    throw new Error("not the event");
}
const said: string = first.data.text;
console.log(said);
`;

describe("the package", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "cleanllm-consumer-"));
    const installed = path.join(folder, "node_modules/@cleanllm/client");
    const npm = (cwd: string, ...options: string[]): string => execFileSync("npm", options, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

    before(() => {
        // Its own preparation would build dist anew, from which this test runs.
        npm(process.cwd(), "pack", "--ignore-scripts", "--pack-destination", folder);
        writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
        npm(folder, "install", "--offline", "--no-audit", "--no-fund", "./cleanllm-client-0.1.0.tgz");
    });
    after(() => rmSync(folder, { recursive: true }));

    it("installs from its tarball without a registry, needs nothing else and holds no tests", () => {
        const manifest = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8")) as Record<string, unknown>;
        assert.equal(manifest["dependencies"], undefined);
        assert.equal(manifest["sideEffects"], false);
        assert.deepEqual(readdirSync(path.join(folder, "node_modules")).filter(name => !name.startsWith(".")), ["@cleanllm"]);
        assert.deepEqual(readdirSync(installed).sort(), ["README.md", "dist", "package.json"]);
        assert.ok(!readdirSync(path.join(installed, "dist")).includes("test"));
    });

    it("says any nowhere, and hides nothing from compilers and linters", () => {
        const files = readdirSync(path.join(installed, "dist")).map(name => path.join(installed, "dist", name));
        assert.ok(files.length > 10);
        for (const file of [...files, ...readdirSync("src").map(name => path.join("src", name))]) {
            assert.doesNotMatch(readFileSync(file, "utf8"), /eslint-disable|tslint:|@ts-nocheck|@ts-ignore|@ts-expect-error/, file);
            assert.deepEqual(file.endsWith(".ts") ? anysOf(file) : [], [], file);
        }
    });

    for (const [name, options] of Object.entries(projects)) {
        it(`compiles in a strict project: ${name}`, () => {
            const file = path.join(folder, "consumer.ts");
            writeFileSync(file, code);
            assert.deepEqual(faultsOf([file], options), []);
        });
    }

    it("runs in Node", () => {
        const file = path.join(folder, "consumer.mjs");
        writeFileSync(file, code.replace(/^import type .*$/m, "").replace(/: (Http|CompletionEvent\[\]|string)/g, ""));
        assert.equal(execFileSync(process.execPath, [file], { encoding: "utf8" }), "Hello\n");
    });

    it("is locked without addresses of downloads", () => {
        assert.doesNotMatch(readFileSync("package-lock.json", "utf8"), /"resolved"/);
    });

    it("compiles every block of TypeScript of the guides as it stands", () => {
        const blocks = path.join(folder, "blocks");
        mkdirSync(blocks);
        for (const [document, least] of [["README.md", 1], ["../../docs/front-end.md", 5], ["../../docs/external-sign-in.md", 0]] as const) {
            assert.ok(blocksOf(document, /^(ts|tsx|typescript)$/, blocks).length >= least, document);
        }
        const files = readdirSync(blocks).map(name => path.join(blocks, name));
        for (const file of files) {
            assert.match(readFileSync(file, "utf8"), /from "@cleanllm\/client"/, `${file} is a module by itself`);
        }
        assert.deepEqual(faultsOf(files, projects["a browser's, with a bundler"] ?? {}), []);
    });

    it("walks through the guide's first block against the running program", { skip: process.env["CLEANLLM_URL"] === undefined && "CLEANLLM_URL is not set" }, () => {
        const blocks = path.join(folder, "walk");
        mkdirSync(blocks);
        const [first] = blocksOf("README.md", /^ts$/, blocks);
        const text = readFileSync(first ?? "", "utf8").replace("http://localhost:5080", process.env["CLEANLLM_URL"] ?? "")
            .replaceAll("ada@example.com", `ada-${crypto.randomUUID()}@example.com`);
        writeFileSync(path.join(folder, "walk.mjs"), text);
        const said = execFileSync(process.execPath, [path.join(folder, "walk.mjs")], { encoding: "utf8" });
        assert.match(said, /\S+[^]*cost \d+/);
    });
});
