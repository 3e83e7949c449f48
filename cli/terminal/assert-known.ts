import { suggest } from '../../config/read/nearest.ts';
import { CliFailure } from '../../operator/fail.ts';

/** Throws CliFailure unless the configuration has one of this name. */
export function assertKnown(what: string, name: string, known: readonly string[]): void {
  if (!known.includes(name)) throw new CliFailure(`The configuration has no ${what} "${name}". ${suggest(name, known)}`, 2);
}
