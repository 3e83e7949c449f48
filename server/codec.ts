import { timingSafeEqual, createHash } from 'node:crypto';
import { json, Router } from 'express';
import { z } from 'zod';
import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import type { Payload, PayloadCodec } from '@temporalio/common';

/** Largest request: Temporal's own limit of a message is 4 MiB, base64 adds a third. */
const MAX_REQUEST = '6mb';

const wirePayloads = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.base64()).optional(), data: z.base64().optional() })),
});

export interface CodecOptions {
  readonly codec: PayloadCodec;
  /** Origin of the Temporal UI, such as `http://localhost:8233`: the only one whose pages may ask. */
  readonly uiOrigin: string | null;
  /** Bearer token asked of everyone who isn't on this machine; null: only this machine may ask. */
  readonly token: string | null;
}

/**
 * The codec endpoint that the Temporal UI and command line use to show encrypted payloads: `POST /codec/encode|decode`
 * (docs.temporal.io, page "Codec Server"). Answers this machine, and others with the token. Plaintext is never logged.
 */
export function createCodecEndpoint(options: CodecOptions): Router {
  const router = Router({ strict: true, caseSensitive: true });
  router.use('/codec', (request, response, next) => admit(options, request, response, next));
  router.use('/codec', json({ limit: MAX_REQUEST, inflate: false }));
  router.post('/codec/encode', (request, response) => convert(request.body, response, (payloads) => options.codec.encode(payloads)));
  router.post('/codec/decode', (request, response) => convert(request.body, response, (payloads) => options.codec.decode(payloads)));
  router.use('/codec', (_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    response.status(400).json({
      error: 'unreadable_payloads',
      expected: 'JSON {"payloads": [{"metadata", "data"}]} in base64',
      action: 'Point the Temporal UI or command line at <this server>/codec.',
    });
  });
  return router;
}

function admit(options: CodecOptions, request: Request, response: Response, next: NextFunction): void {
  const { origin } = request.headers;
  response.setHeader('vary', 'origin');
  if (origin !== undefined && origin !== options.uiOrigin) {
    response.status(403).json({
      error: 'origin_not_allowed',
      expected: 'the configured origin of the Temporal UI',
      action: 'Set server.uiOrigin to the address under which the UI is opened.',
    });
    return;
  }
  if (origin !== undefined) allowOrigin(response, origin);
  if (request.method === 'OPTIONS') {
    response.status(204).end();
    return;
  }
  if (isLocal(request) || hasToken(request, options.token)) {
    next();
    return;
  }
  response.status(403).json({
    error: 'not_local',
    expected: 'a request from this machine, or the codec token',
    action: 'Ask on the machine itself, or configure a token and send it as Authorization: Bearer.',
  });
}

function allowOrigin(response: Response, origin: string): void {
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-methods', 'POST, OPTIONS');
  response.setHeader('access-control-allow-headers', 'content-type, x-namespace, authorization');
  response.setHeader('access-control-allow-credentials', 'true');
}

/** A proxy on this machine would make every stranger look local, so its headers end the privilege; they never grant one. */
function isLocal(request: IncomingMessage): boolean {
  const { headers, socket } = request;
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined || headers.via !== undefined) return false;
  const address = socket.remoteAddress ?? '';
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}

function hasToken(request: IncomingMessage, token: string | null): boolean {
  if (token === null || token === '') return false;
  return timingSafeEqual(sha256(request.headers.authorization ?? ''), sha256(`Bearer ${token}`));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
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
