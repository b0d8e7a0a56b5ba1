// Runs a client that is a program: its own folder with one file to read, no input, a bound on its time.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const seconds = 80;
/** What stands in the file `note.txt` of a new project. */
export const note = 'The harbour opens at nine.';

/** A new folder with the file. */
export function newProject() {
    const folder = mkdtempSync(join(tmpdir(), 'project-'));
    writeFileSync(join(folder, 'note.txt'), `${note}\n`);
    return folder;
}

/** Runs a program to its end and gives what it wrote; fails when it does. */
export async function command(program, args, { cwd, env = {} }) {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const [output, errors] = [[], []];
    child.stdout.on('data', (data) => output.push(data));
    child.stderr.on('data', (data) => errors.push(data));
    const deadline = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
    const code = await new Promise((ended, failed) => child.on('error', failed).on('close', ended));
    clearTimeout(deadline);
    const [text, complaint] = [output, errors].map((parts) => Buffer.concat(parts).toString('utf8'));
    if (code !== 0) throw new Error(`It ended with ${code ?? 'a signal'}: ${`${text}${complaint}`.slice(-2000)}`);
    return text;
}
