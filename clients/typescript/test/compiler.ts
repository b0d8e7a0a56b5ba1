import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** As strict as a front end can ask for, declarations of packages included, but for the compiler's own. */
const strictest: ts.CompilerOptions = {
    strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, noImplicitOverride: true, noImplicitReturns: true,
    noPropertyAccessFromIndexSignature: true, noFallthroughCasesInSwitch: true, verbatimModuleSyntax: true, skipLibCheck: false, skipDefaultLibCheck: true, noEmit: true,
    target: ts.ScriptTarget.ES2022, types: [],
};

/** The kinds of project that a client is used in. */
export const projects: Record<string, ts.CompilerOptions> = {
    "a browser's, with a bundler": {
        ...strictest, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    },
    "Node's, without the browser's types": {
        ...strictest, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, lib: ["lib.es2022.d.ts"], types: ["node"],
        typeRoots: [path.resolve("node_modules/@types")],
    },
    "an older one, that knows no exports": {
        ...strictest, module: ts.ModuleKind.ES2022, moduleResolution: ts.ModuleResolutionKind.Node10, lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    },
};

/** What the compiler finds wrong. */
export function faultsOf(files: string[], options: ts.CompilerOptions): string[] {
    return ts.getPreEmitDiagnostics(ts.createProgram(files, options)).map(found => {
        const at = found.file === undefined ? "" : `${path.basename(found.file.fileName)}:${found.file.getLineAndCharacterOfPosition(found.start ?? 0).line + 1}: `;
        return at + ts.flattenDiagnosticMessageText(found.messageText, "\n");
    });
}

/** The lines of a file at which it says `any`. */
export function anysOf(file: string): number[] {
    const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
    const lines: number[] = [];
    const visit = (node: ts.Node): void => {
        if (node.kind === ts.SyntaxKind.AnyKeyword) {
            lines.push(source.getLineAndCharacterOfPosition(node.pos).line + 1);
        }
        ts.forEachChild(node, visit);
    };
    visit(source);
    return lines;
}

/** The code of a Markdown file, each block in a file of its own with line numbers as there. */
export function blocksOf(document: string, languages: RegExp, folder: string): string[] {
    const lines = readFileSync(document, "utf8").split("\n");
    const files: string[] = [];
    for (let at = 0; at < lines.length; at++) {
        const language = /^\s*```(\w+)/.exec(lines[at] ?? "")?.[1];
        if (language === undefined) {
            continue;
        }
        const begin = at + 1;
        while (++at < lines.length && !/^\s*```\s*$/.test(lines[at] ?? "")) {
            // Up to the end of the block.
        }
        if (languages.test(language)) {
            const file = path.join(folder, `${path.basename(document, ".md")}-${begin}.${language === "tsx" ? "tsx" : "ts"}`);
            writeFileSync(file, "\n".repeat(begin) + lines.slice(begin, at).join("\n") + "\n");
            files.push(file);
        }
    }
    return files;
}
