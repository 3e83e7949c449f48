import { describe, expect, it } from 'vitest';
import { ENV, load, problemsOf } from './catalog.ts';

const LONG = 'x'.repeat(24);
const withToken = { env: { ...ENV, ADMIN: LONG, SHORT: 'x'.repeat(23) } };

describe('server.admin', () => {
  it.each(['127.0.0.1', '127.0.0.9', '::1', 'localhost'])('may listen on %s without a token', (host) => {
    expect(load(`server: { admin: { host: "${host}" } }`).ok).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.0.0.5', 'metrics.internal', 'localhost.example'])(
    'needs a token to listen on %s, and says how to make one',
    (host) => {
      const [problem, ...more] = problemsOf(`server:\n  admin: { host: "${host}" }`);
      expect(more).toEqual([]);
      expect(problem).toMatchObject({ path: 'server.admin.token', line: 2, expected: expect.stringContaining('a token') });
      expect(problem?.hint).toContain('openssl rand');
      expect(load(`server: { admin: { host: "${host}", token: env:ADMIN } }`, withToken).ok).toBe(true);
    },
  );

  it('refuses a token that is short, or that stands in the file', () => {
    expect(problemsOf('server: { admin: { token: env:SHORT } }', withToken)).toMatchObject([
      { path: 'server.admin.token', expected: 'a token of at least 24 characters', found: 'the value of env:SHORT (not shown)' },
    ]);
    expect(problemsOf(`server: { admin: { token: ${LONG} } }`)).toMatchObject([{ path: 'server.admin.token' }]);
  });

  it("refuses the webhooks' own port", () => {
    expect(problemsOf('server: { port: 9000, admin: { port: 9000 } }')).toMatchObject([
      { path: 'server.admin.port', expected: expect.stringContaining('another port') },
    ]);
    expect(load('server: { port: 0, admin: { port: 0 } }').ok).toBe(true);
  });
});

describe('server.trustedProxies', () => {
  it('takes addresses and ranges, and nothing else', () => {
    expect(load('server: { trustedProxies: [198.51.100.7, 203.0.113.0/24, "2001:db8::/32"] }').ok).toBe(true);
    expect(problemsOf('server: { trustedProxies: [proxy.example] }')).toMatchObject([
      { path: 'server.trustedProxies[0]', expected: 'an IP address or a range such as 203.0.113.0/24' },
    ]);
  });
});
