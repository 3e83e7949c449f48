import { z } from 'zod';
import { listParkedRequests, showParkedRequest } from '../../store/inbox/parked-requests.ts';
import { CliFailure } from '../fail.ts';
import { bodySchema, toBody } from './body.ts';
import { pageFields } from './filter.ts';
import { defineTask, idField } from './task.ts';
import type { ParkedRequest } from '../../store/inbox/parked-requests.ts';

const requestSchema = z.object({
  id: z.string(),
  connection: z.string(),
  problem: z.string(),
  receivedAt: z.string(),
  sha256: z.string(),
  bytes: z.number(),
});

/** Authentic requests that could not be used, newest first. */
export const parkedList = defineTask({
  name: 'parked.list',
  args: z.object({ connection: z.exactOptional(z.string()), ...pageFields }),
  result: z.object({ requests: z.array(requestSchema), next: z.string().nullable() }),
  async run({ db }, { connection, after, limit = 50 }) {
    const rows = await listParkedRequests(db, {
      limit,
      ...(connection === undefined ? {} : { connection }),
      ...(after === undefined ? {} : { afterId: after }),
    });
    return { requests: rows.map(toView), next: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
  },
});

/** One of them; `body` only where it was asked for. */
export const parkedShow = defineTask({
  name: 'parked.show',
  args: z.object({ id: idField, body: z.boolean() }),
  result: requestSchema.extend({ body: bodySchema.nullable() }),
  async run({ db }, { id, body }) {
    const row = await showParkedRequest(db, id);
    if (row === null)
      throw new CliFailure(
        `There is no parked request ${id}: it was removed after its retention, or never came. List what there is: deskbridge parked list.`,
      );
    return { ...toView(row), body: body ? toBody(row.raw) : null };
  },
});

function toView({ id, connection, problem, receivedAt, sha256, bytes }: ParkedRequest): z.output<typeof requestSchema> {
  return { id, connection, problem, receivedAt: receivedAt.toISOString(), sha256, bytes };
}
