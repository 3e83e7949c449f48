import { request as httpRequest } from 'node:http';
import { hmacSha256 } from '../../connectors/receive/signature.ts';
import { createMetrics } from '../../server/metrics.ts';
import { createReceiver } from '../../server/receiver.ts';
import { startServer } from '../../server/start.ts';
import { openVectorStores } from './stores.ts';
import type { InboundEvent } from '../../connectors/connector.ts';
import type { BoundInbound } from '../../server/bound-inbound.ts';
import type { Delivery } from '../../server/ports.ts';
import type { ConnectionOf } from './connection.ts';
import type { PrimitiveCase, SignedCase } from './file.ts';
import type { VectorStores } from './stores.ts';

/** How one case went; no problems: it passed. */
export interface CaseResult {
  readonly file: string;
  readonly name: string;
  readonly problems: readonly string[];
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Sends the cases of one file, in order, to the real receiver over HTTP; one empty inbox for the file. */
export async function runRequests(file: string, cases: readonly SignedCase[], connectionOf: ConnectionOf): Promise<readonly CaseResult[]> {
  let nowMs = 0;
  const now = (): number => nowMs;
  const stores = await openVectorStores(now);
  const connections = new Map<string, BoundInbound>();
  const receiver = createReceiver({ connections, route: wantIncoming, stores, now, log: SILENT, metrics: createMetrics() });
  const server = await startServer({ receiver, host: '127.0.0.1', port: 0 });
  const seen = new Set<string>();
  const results: CaseResult[] = [];
  try {
    for (const vector of cases) {
      nowMs = vector.now_unix * 1000;
      const connection = connectionOf(vector);
      connections.set(file, connection);
      const reply = await send(server.port, `/webhooks/${file}`, vector);
      results.push({ file, name: vector.name, problems: [...judgeReadiness(vector, connection), ...judge(vector, reply, stores, seen)] });
    }
  } finally {
    await server.close();
    await stores.close();
  }
  return results;
}

/** Secrets that a connection must refuse to start with, whatever comes. */
export function checkRefusedSecrets(
  file: string,
  secrets: readonly string[],
  sample: SignedCase,
  connectionOf: ConnectionOf,
): readonly CaseResult[] {
  return secrets.map((secret, index) => {
    const { refusal } = connectionOf({ ...sample, secrets: [secret] });
    return {
      file,
      name: `refused secret ${index + 1}`,
      problems: refusal === null ? ['the connection accepts this secret; expected that it refuses to start'] : [],
    };
  });
}

/** Holds the HMAC that all connectors share against the known answers. */
export function checkPrimitives(file: string, cases: readonly PrimitiveCase[]): readonly CaseResult[] {
  return cases.map((known) => {
    const digest = hmacSha256(known.secret_utf8, known.message_utf8).toString(known.encoding);
    return {
      file,
      name: known.name,
      problems: digest === known.hmac_sha256 ? [] : [`digest differs from the known one, expected ${known.hmac_sha256}`],
    };
  });
}

/** The flow of these checks reacts to everything but what our own side wrote, as a flow that answers customers would. */
function wantIncoming(_connection: string, event: InboundEvent): readonly Delivery[] {
  return event.facts['message.direction'] === 'outgoing' ? [] : [{ flow: 'vectors', key: event.record, lane: 0 }];
}

function judgeReadiness(vector: SignedCase, { refusal }: BoundInbound): readonly string[] {
  if (vector.expect.verdict === 'reject_config')
    return refusal === null ? ['the connection accepts its secret, expected that it refuses to start'] : [];
  return refusal === null ? [] : [`the connection is not ready: ${refusal}`];
}

function judge(vector: SignedCase, reply: Reply, stores: VectorStores, seen: Set<string>): readonly string[] {
  const problems: string[] = [];
  const recorded = stores.takeRecorded();
  const started = recorded.some((row) => row.fresh);
  if (!vector.expect.http_allowed.includes(reply.status))
    problems.push(
      `answered ${reply.status}, expected ${vector.expect.http_allowed.join(' or ')} (${vector.expect.verdict}: ${vector.expect.why})`,
    );
  if (vector.exact_status !== undefined && reply.status !== vector.exact_status)
    problems.push(`answered ${reply.status}, expected exactly ${vector.exact_status}`);
  if (vector.expect_response_contains !== undefined && !reply.body.includes(vector.expect_response_contains))
    problems.push('the answer lacks the text it must contain');
  if (vector.expect.verdict !== 'accept' && recorded.length > 0) problems.push('recorded an event of a request that must be refused');
  if (vector.starts_workflow === false && started) problems.push('made a new delivery, expected none');
  if (vector.starts_workflow === true && !started) problems.push('made no delivery, expected one');
  if (vector.dedupe_key !== undefined && vector.expect.verdict === 'accept') {
    if (started === seen.has(vector.dedupe_key))
      problems.push(started ? 'took a second copy for a new event' : 'took a new event for a copy');
    seen.add(vector.dedupe_key);
  }
  return problems;
}

function send(port: number, path: string, vector: SignedCase): Promise<Reply> {
  const body = Buffer.from(vector.body_b64, 'base64');
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, method: 'POST', path, agent: false, headers: { ...vector.headers, 'content-length': body.length } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
