import { z } from 'zod';

/** One task, as it travels over the socket. */
export const requestSchema = z.object({ command: z.string(), args: z.unknown() });

/** What the door answers to a look at it: who is behind it. Older versions do not name the store. */
export const greetingSchema = z.object({ result: z.object({ serves: z.literal('deskbridge'), store: z.string().optional() }) });

/** What comes back: a result, or what the command line prints. */
export const answerSchema = z.union([
  z.object({ result: z.unknown() }).refine((answer) => 'result' in answer),
  z.object({ error: z.object({ message: z.string(), exitCode: z.union([z.literal(1), z.literal(2)]) }) }),
]);

export type AdminAnswer = { readonly result: unknown } | { readonly error: { readonly message: string; readonly exitCode: 1 | 2 } };
