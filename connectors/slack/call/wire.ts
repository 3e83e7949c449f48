import { z } from 'zod';
import { looseArray } from '../../call/shapes.ts';

/** Shapes of Slack's answers that we rely on; all else is accepted and left alone. https://docs.slack.dev/reference/methods */

export const wireRefusal = z.object({ ok: z.literal(false), error: z.string(), needed: z.string().nullish().catch(null) });
export const wireOk = z.object({ ok: z.literal(true) });

const threadTs = z.string().nullish().catch(null);

export const wirePosted = z.object({
  ok: z.literal(true),
  ts: z.string(),
  message: z.object({ thread_ts: threadTs }).nullish().catch(null),
});

export const wireMetadata = z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()).nullish().catch(null) });

export const wireMessages = z.object({
  ok: z.literal(true),
  messages: looseArray(z.object({ ts: z.string(), thread_ts: threadTs, metadata: wireMetadata.nullish().catch(null) })),
  response_metadata: z.object({ next_cursor: z.string().nullish() }).nullish(),
});

export type WireMessages = z.output<typeof wireMessages>;
