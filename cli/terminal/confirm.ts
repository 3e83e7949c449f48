import { CliFailure } from '../../operator/fail.ts';
import type { Io } from './io.ts';

/** Asks a person who has been told what would be done; throws CliFailure unless the answer is yes. `otherwise`: what a no comes to. */
export async function confirm(io: Io, yes: boolean, ask: { readonly question: string; readonly otherwise: string }): Promise<void> {
  if (yes) return;
  if (!io.interactive) throw new CliFailure(`${ask.otherwise}: nobody is here to ask. Look at the above, then add --yes.`, 2);
  const answer = await io.ask(`${ask.question} y/N `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliFailure(`${ask.otherwise}.`);
}
