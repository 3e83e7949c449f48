import { once } from 'node:events';
import { connect, constants, createServer } from 'node:http2';
import { isIP } from 'node:net';
import type { ClientHttp2Session, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';

/** A gRPC proxy that stands before a Temporal server and refuses some of its calls. */
export interface GrpcProxy {
  readonly address: string;
  /** The calls that were refused, by their paths. */
  readonly refused: readonly string[];
  close(): Promise<void>;
}

/** Passes every call on but those to a service whose name is given, which are answered with a gRPC status alone. */
export async function startGrpcProxy(
  target: string,
  refuse: { readonly services: readonly string[]; readonly status: number },
): Promise<GrpcProxy> {
  if (isIP(target.split(':')[0] ?? '') === 0) throw new Error(`expected an address such as 127.0.0.1:7233, found ${target}`);
  const far = connect(`http://${target}`);
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  const refused: string[] = [];
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const path = headers[':path'] ?? '';
    stream.on('error', () => undefined);
    if (!refuse.services.some((service) => path.startsWith(`/${service}/`))) return pass(far, stream, headers);
    refused.push(path);
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(refuse.status), 'grpc-message': 'Request unauthorized.' },
      { endStream: true },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('the proxy has no port');
  return {
    address: `127.0.0.1:${at.port}`,
    refused,
    async close() {
      for (const session of sessions) session.destroy();
      far.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function pass(far: ClientHttp2Session, near: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const call = far.request(headers);
  call.on('error', () => near.close(constants.NGHTTP2_INTERNAL_ERROR));
  near.once('close', () => call.close());
  near.pipe(call);
  call.once('response', (answer) => {
    // A call that failed is answered by its head alone.
    if (answer['grpc-status'] !== undefined) return near.respond(answer, { endStream: true });
    near.respond(answer, { waitForTrailers: true });
    let trailers: IncomingHttpHeaders = {};
    call.once('trailers', (given) => (trailers = given));
    near.once('wantTrailers', () => near.sendTrailers(trailers));
    call.pipe(near);
  });
}
