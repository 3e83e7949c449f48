import { describe, expect, it, onTestFinished } from 'vitest';
import { createAddressGuard, createGuardedAgent, isPublicAddress } from '../../connectors/call/address-guard.ts';
import { createHttpClient } from '../../connectors/call/http-client.ts';
import { serve } from '../helpers/http-server.ts';
import type { Resolve } from '../../connectors/call/address-guard.ts';
import type { HttpClient } from '../../connectors/call/http.ts';

const nothingTrusted = createAddressGuard({ trustedOrigins: [] });

describe('isPublicAddress', () => {
  it.each([
    ['8.8.8.8', true],
    ['2606:4700:4700::1111', true],
    ['127.0.0.1', false],
    ['10.0.0.1', false],
    ['172.16.5.4', false],
    ['192.168.1.1', false],
    ['169.254.169.254', false],
    ['100.64.0.1', false],
    ['0.0.0.0', false],
    ['224.0.0.1', false],
    ['192.0.2.1', false],
    ['198.18.0.1', false],
    ['255.255.255.255', false],
    ['::1', false],
    ['::', false],
    ['fc00::1', false],
    ['fe80::1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['64:ff9b::a00:1', false],
    ['2002:7f00:1::', false],
    ['2001:db8::1', false],
    ['example.com', false],
    ['', false],
  ])('says of %s: %s', (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });
});

describe('the guard, by the text of a URL alone,', () => {
  it.each([
    ['http://127.0.0.1/', 'private_address'],
    ['http://2130706433/', 'private_address'],
    ['http://0x7f000001/', 'private_address'],
    ['http://0177.0.0.1/', 'private_address'],
    ['http://127.1/', 'private_address'],
    ['http://[::1]/', 'private_address'],
    ['http://[::ffff:127.0.0.1]/', 'private_address'],
    ['http://[::ffff:7f00:1]/', 'private_address'],
    ['http://169.254.169.254/latest/meta-data', 'private_address'],
    ['https://[fd00::1]/', 'private_address'],
    ['ftp://example.com/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['gopher://example.com/', 'scheme'],
    ['https://user:pass@example.com/', 'credentials'],
  ])('refuses %s: %s', (url, refusal) => {
    expect(nothingTrusted.refusal(new URL(url))).toBe(refusal);
  });

  it.each(['https://example.com/', 'http://8.8.8.8/', 'https://[2606:4700:4700::1111]/'])('lets %s pass', (url) => {
    expect(nothingTrusted.refusal(new URL(url))).toBeNull();
  });

  it('lets an origin pass that the operator names, and no other port of the same host', () => {
    const guard = createAddressGuard({ trustedOrigins: ['http://127.0.0.1:3000'] });
    expect(guard.refusal(new URL('http://127.0.0.1:3000/a'))).toBeNull();
    expect(guard.refusal(new URL('http://127.0.0.1:3001/a'))).toBe('private_address');
    expect(guard.refusal(new URL('https://127.0.0.1:3000/a'))).toBe('private_address');
  });
});

describe('the guarded agent', () => {
  it('connects to an origin that the operator names, loopback included', async () => {
    const server = await serve(() => ({ json: { ok: true } }));
    const answer = await client(server.url, [server.url]).request({ method: 'GET', path: '/', route: '/' });
    expect(answer.json()).toEqual({ ok: true });
  });

  it('refuses a private literal and sends nothing', async () => {
    const server = await serve(() => ({ json: {} }));
    await expect(client(server.url, []).request({ method: 'POST', path: '/', route: '/' })).rejects.toMatchObject({
      data: { code: 'blocked_address', retry: { kind: 'never' }, ambiguous: false },
    });
    expect(server.taken).toHaveLength(0);
  });

  it.each([
    ['a private address', [{ address: '127.0.0.1', family: 4 }]],
    [
      'a private address among public ones',
      [
        { address: '8.8.8.8', family: 4 },
        { address: '::1', family: 6 },
      ],
    ],
    ['an IPv4 address mapped into IPv6', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['no address', []],
  ])('refuses a name that resolves to %s', async (_case, addresses) => {
    const server = await serve(() => ({ json: {} }));
    const port = new URL(server.url).port;
    const resolve: Resolve = (_hostname, done) => done(null, addresses);
    await expect(
      client(`http://attacker.example:${port}`, [], resolve).request({ method: 'GET', path: '/', route: '/' }),
    ).rejects.toMatchObject({ data: { code: 'blocked_address' } });
    expect(server.taken).toHaveLength(0);
  });

  it('refuses localhost by its real addresses', async () => {
    const server = await serve(() => ({ json: {} }));
    const port = new URL(server.url).port;
    await expect(client(`http://localhost:${port}`, []).request({ method: 'GET', path: '/', route: '/' })).rejects.toMatchObject({
      data: { code: 'blocked_address' },
    });
  });
});

function client(baseUrl: string, trustedOrigins: readonly string[], resolve?: Resolve): HttpClient {
  const dispatcher = createGuardedAgent(createAddressGuard({ trustedOrigins }), resolve === undefined ? {} : { resolve });
  onTestFinished(() => dispatcher.destroy());
  return createHttpClient({ connection: 'test', baseUrl, dispatcher, headers: () => ({}) });
}
