// What processes use of the machine, from /proc.
import { readFileSync, readdirSync } from 'node:fs';

const ticksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on

function stat(pid) {
    try {
        const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
        return text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
    } catch {
        return null; // ended meanwhile
    }
}

const [parent, user, system, childUser, childSystem] = [1, 11, 12, 13, 14];

/** Seconds of processor time of a process with its children, those that ended included. */
export function processorSeconds(root) {
    const children = new Map();
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        const fields = stat(pid);
        if (fields)
            children.set(fields[parent], [...(children.get(fields[parent]) ?? []), pid]);
    }
    const total = (pid) => {
        const fields = stat(pid);
        const own = fields ? fields[user] + fields[system] + fields[childUser] + fields[childSystem] : 0;
        return own + (children.get(Number(pid)) ?? []).reduce((sum, child) => sum + total(child), 0);
    };
    return total(root) / ticksPerSecond;
}

/** Seconds of processor time of the whole machine, taken by its host included. */
export function machineSeconds() {
    const fields = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'latin1'))[1].split(' ').map(Number);
    const [u, nice, sys, , , irq, softIrq, steal] = fields;
    return (u + nice + sys + irq + softIrq + steal) / ticksPerSecond;
}

/** Resident memory in megabytes of 1,048,576 bytes; 0 of a process that ended. */
export function residentMegabytes(pid) {
    try {
        const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
        return Number(kilobytes ?? 0) / 1024;
    } catch {
        return 0;
    }
}
