import { type EventSource, rolesOf } from './catalog.ts';
import { parsePart } from './read/parse-part.ts';
import type { Finding } from '../model/finding.ts';
import type { JobEntry } from './catalog.ts';
import type { Mapping } from './read/mapping.ts';
import type { ReferenceSource } from './read/references.ts';

/** The entries of each job that the file has, by job, and what is wrong. */
export interface ReadJobs {
  readonly jobs: ReadonlyMap<string, readonly object[]>;
  readonly findings: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** Reads the list of every job: its shape, then the job's own checks. */
export function readJobs(
  file: Mapping,
  around: {
    readonly jobs: ReadonlyMap<string, JobEntry>;
    /** The configured connections' connectors, by connection name. */
    readonly connectors: ReadonlyMap<string, EventSource>;
    readonly source: ReferenceSource;
  },
): ReadJobs {
  const entries = new Map<string, readonly object[]>();
  const findings: Finding[] = [];
  const warnings: Finding[] = [];
  for (const [name, job] of around.jobs) {
    const raw = file[name];
    if (raw === undefined || raw === null) continue;
    const parsed = parsePart(raw, job.section, [name], around.source);
    findings.push(...parsed.findings);
    warnings.push(...parsed.warnings);
    if (parsed.value === undefined) continue;
    entries.set(name, parsed.value);
    const found = job.check(parsed.value, {
      connection(connection) {
        const connector = around.connectors.get(connection);
        return connector === undefined ? undefined : { type: connector.type, roles: rolesOf(connector) };
      },
    });
    findings.push(...found.map((finding) => ({ ...finding, path: [name, ...finding.path] })));
  }
  return { jobs: entries, findings, warnings };
}
