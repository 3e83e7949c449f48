import { json, Router } from 'express';
import { z } from 'zod';
import type { NextFunction, Request, Response } from 'express';
import type { Payload, PayloadCodec } from '@temporalio/common';

/** Largest request: Temporal's own limit of a message is 4 MiB, base64 adds a third. */
const MAX_REQUEST = '6mb';

const wirePayloads = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.base64()).optional(), data: z.base64().optional() })),
});

/**
 * The codec endpoint that the Temporal UI and command line use to show encrypted payloads: `POST /codec/encode|decode`
 * (docs.temporal.io, page "Codec Server"). For the admin listener alone, whose guard stands before it. Plaintext is never logged.
 */
export function createCodecEndpoint(codec: PayloadCodec): Router {
  const router = Router({ strict: true, caseSensitive: true });
  router.use('/codec', json({ limit: MAX_REQUEST, inflate: false }));
  router.post('/codec/encode', (request, response) => convert(request.body, response, (payloads) => codec.encode(payloads)));
  router.post('/codec/decode', (request, response) => convert(request.body, response, (payloads) => codec.decode(payloads)));
  router.use('/codec', (_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    response.status(400).json({
      error: 'unreadable_payloads',
      expected: 'JSON {"payloads": [{"metadata", "data"}]} in base64',
      action: 'Point the Temporal UI or command line at <the admin listener>/codec.',
    });
  });
  return router;
}

async function convert(body: unknown, response: Response, work: (payloads: Payload[]) => Promise<Payload[]>): Promise<void> {
  const payloads = wirePayloads.parse(body).payloads.map(({ metadata = {}, data }) => ({
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')])),
    ...(data === undefined ? {} : { data: Buffer.from(data, 'base64') }),
  }));
  const converted = await work(payloads);
  response.json({ payloads: converted.map(toWire) });
}

function toWire(payload: Payload): object {
  const metadata = Object.entries(payload.metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
  return {
    metadata: Object.fromEntries(metadata),
    ...(payload.data ? { data: Buffer.from(payload.data).toString('base64') } : {}),
  };
}
