import type { RawRequest, Refusal } from '../connectors/connector.ts';

/** What an operator should look at when a request was not authentic. Tells of the body's shape, never of its content. */
export function hintFor(reason: Refusal, request: RawRequest): string {
  if (reason === 'timestamp_stale' || reason === 'timestamp_future')
    return "clock: compare this machine's clock with a time server; if other senders pass, the request was delayed or replayed";
  if (reason === 'token_mismatch') return "compare the token in the sender's webhook address with the connection's configuration";
  if (reason !== 'signature_mismatch')
    return "the sender did not send the signed headers it documents; check that the webhook is of the connection's type";
  return `wrong secret, or the body was changed on its way (${signsOfChange(request).join('; ')}); compare length and hash with the sender's log`;
}

function signsOfChange(request: RawRequest): readonly string[] {
  const signs: string[] = [];
  if (request.body.includes('\r\n')) signs.push('the body has CRLF line ends');
  if (request.body.at(-1) === 0x0a) signs.push('the body ends with a line feed');
  if (request.body[0] === 0xef) signs.push('the body starts with a byte order mark');
  if (request.headers.has('via')) signs.push('it came through a proxy');
  return signs.length > 0 ? signs : ['no sign of a change'];
}
