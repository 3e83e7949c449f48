import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second on every machine that Node runs on (`getconf CLK_TCK`). */
const MS_PER_TICK = 10;

/** One process, as /proc/<pid>/stat has it. */
export interface ProcessTime {
  readonly pid: number;
  readonly parent: number;
  /** Its own time and that of its children that have ended. */
  readonly ms: number;
}

/** Processor time of these processes and all that belong to them, in milliseconds; null where the system does not tell (not Linux). */
export function processorMs(roots: readonly number[]): number | null {
  const processes = readProcesses();
  return processes === null ? null : sumTrees(processes, roots);
}

/** The time of these processes and of their descendants. */
export function sumTrees(processes: readonly ProcessTime[], roots: readonly number[]): number {
  const wanted = new Set(roots);
  // Until no more are found: a list of processes is in no order.
  for (let size = 0; size !== wanted.size;) {
    size = wanted.size;
    for (const { pid, parent } of processes) if (wanted.has(parent)) wanted.add(pid);
  }
  return processes.reduce((sum, { pid, ms }) => (wanted.has(pid) ? sum + ms : sum), 0);
}

/** Reads a line of /proc/<pid>/stat; see proc_pid_stat(5). The name, in brackets, may hold anything. */
export function toProcessTime(line: string): ProcessTime {
  const fields = line
    .slice(line.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + field, 0);
  return { pid: Number.parseInt(line, 10), parent: fields[1] ?? 0, ms: ticks * MS_PER_TICK };
}

function readProcesses(): readonly ProcessTime[] | null {
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  return names.flatMap((name) => {
    try {
      return [toProcessTime(readFileSync(`/proc/${name}/stat`, 'utf8'))];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}
