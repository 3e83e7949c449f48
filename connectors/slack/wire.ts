import { z } from 'zod';

/** Shapes of Slack's answers that we rely on; all else is accepted and left alone. https://docs.slack.dev/reference/methods */

export const wireRefusal = z.object({ ok: z.literal(false), error: z.string(), needed: z.string().nullish() });
export const wireOk = z.object({ ok: z.literal(true) });
export const wirePosted = z.object({ ok: z.literal(true), ts: z.string() });

const wireMetadata = z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) });

export const wireMessages = z.object({
  ok: z.literal(true),
  messages: z.array(z.object({ ts: z.string(), metadata: wireMetadata.nullish().catch(null) })),
  response_metadata: z.object({ next_cursor: z.string().nullish() }).nullish(),
});

export type WireMessages = z.output<typeof wireMessages>;
