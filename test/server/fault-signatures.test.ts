import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chatwoot } from '../../connectors/chatwoot/index.ts';
import { Secret } from '../../model/secret.ts';
import { stripe } from '../../connectors/stripe/index.ts';
import { bindInbound } from '../../server/bound-inbound.ts';
import { NOW_MS, openReceiver } from '../helpers/receiver.ts';
import type { BoundInbound } from '../../server/bound-inbound.ts';
import type { Connector } from '../../connectors/connector.ts';
import type { TestReceiver } from '../helpers/receiver.ts';

const SECRET = 'whsec_test';
const NOW = NOW_MS / 1000;
const EVENT = JSON.stringify({
  id: 'evt_1',
  object: 'event',
  type: 'invoice.payment_failed',
  livemode: false,
  data: { object: { id: 'in_1', object: 'invoice', customer: 'cus_1' } },
});

function bind<Settings>(connector: Connector<Settings>, settings: object): BoundInbound {
  if (!connector.receives) throw new Error(`${connector.type} receives nothing`);
  return bindInbound(connector.type, connector.type, connector.receives, connector.config.parse({ type: connector.type, ...settings }));
}

function open(): Promise<TestReceiver> {
  const boundStripe = bind(stripe, { key: new Secret('unused'), webhookSecrets: [new Secret(SECRET)] });
  const boundChatwoot = bind(chatwoot, {
    baseUrl: 'https://chatwoot.example',
    account: '3',
    token: new Secret('unused'),
    webhookSecrets: [new Secret(SECRET)],
  });
  return openReceiver({ connections: {}, bound: [boundStripe, boundChatwoot] });
}

const hex = (text: string): string => createHmac('sha256', SECRET).update(text).digest('hex');
const v1 = (time: string | number, body: string = EVENT): string => hex(`${time}.${body}`);
const JSON_TYPE = { 'content-type': 'application/json' };

describe('hostile signatures', () => {
  it('an authentic event is taken', async () => {
    const receiver = await open();
    const reply = await receiver.post('/webhooks/stripe', EVENT, { ...JSON_TYPE, 'stripe-signature': `t=${NOW},v1=${v1(NOW)}` });
    expect(reply.status).toBe(200);
    expect([...receiver.stores.rows.values()]).toMatchObject([{ topic: 'invoice.payment_failed', deliveries: [{ flow: 'flow' }] }]);
  });

  it.each([
    ['13: a digest cut short', `t=${NOW},v1=${v1(NOW).slice(0, 63)}`],
    ['13: a digest in upper case', `t=${NOW},v1=${v1(NOW).toUpperCase()}`],
    ['13: letters outside the alphabet', `t=${NOW},v1=${'z'.repeat(64)}`],
    ['13: nothing', ''],
    ['13: a thousand signatures, the right one last', `t=${NOW},${'v1=00,'.repeat(1_000)}v1=${v1(NOW)}`],
    ['14: only the old version', `t=${NOW},v0=${v1(NOW)}`],
    ['14: an unknown version', `t=${NOW},v2=${v1(NOW)}`],
    ['15: a time of 301 s ago', `t=${NOW - 301},v1=${v1(NOW - 301)}`],
    ['15: a time in 301 s', `t=${NOW + 301},v1=${v1(NOW + 301)}`],
    ['15: a time in milliseconds', `t=${NOW_MS},v1=${v1(NOW_MS)}`],
    ['15: a time with a decimal', `t=${NOW}.0,v1=${v1(`${NOW}.0`)}`],
    ['15: a time with a sign', `t=+${NOW},v1=${v1(`+${NOW}`)}`],
    ['15: no number', `t=NaN,v1=${v1('NaN')}`],
    ['15: an exponent', `t=1e9,v1=${v1('1e9')}`],
    ['15: an empty time', `t=,v1=${v1('')}`],
  ])('fault %s is answered 401', async (_name, signature) => {
    const receiver = await open();
    const reply = await receiver.post('/webhooks/stripe', EVENT, { ...JSON_TYPE, 'stripe-signature': signature });
    expect(reply).toMatchObject({ status: 401, body: '{"error":"unauthorized"}' });
    expect(receiver.stores.rows.size).toBe(0);
  });

  it('fault 12: a repeated time header is answered 401, even where both are equal', async () => {
    const receiver = await open();
    const body = '{"event":"message_created","id":5,"account":{"id":3}}';
    const headers = { ...JSON_TYPE, 'x-chatwoot-signature': `sha256=${hex(`${NOW}.${body}`)}` };
    expect(
      (await receiver.post('/webhooks/chatwoot', body, { ...headers, 'x-chatwoot-timestamp': [String(NOW), String(NOW)] })).status,
    ).toBe(401);
    expect((await receiver.post('/webhooks/chatwoot', body, { ...headers, 'x-chatwoot-timestamp': String(NOW) })).status).toBe(200);
  });
});

describe('hostile bodies of authentic requests', () => {
  const post = async (body: string): Promise<number> => {
    const receiver = await open();
    return (await receiver.post('/webhooks/stripe', body, { ...JSON_TYPE, 'stripe-signature': `t=${NOW},v1=${v1(NOW, body)}` })).status;
  };

  it.each([
    ['29: 100,000 levels', '['.repeat(100_000)],
    ['29: objects 5,000 deep', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
    ['29: 60,000 keys', `{${Array.from({ length: 60_000 }, (_value, index) => `"k${index}":1`).join(',')}}`],
    ['30: null', 'null'],
    ['30: a list', '[]'],
    ['30: a number', '5'],
    ['30: broken JSON', '{"id":'],
  ])('fault %s is answered 400', async (_name, body) => {
    expect(await post(body)).toBe(400);
  });

  it('fault 29: __proto__ and constructor in a body change nothing of ours', async () => {
    expect(await post(EVENT.replace('{', '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},'))).toBe(200);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('fault 30: an event of an unknown type is answered 200', async () => {
    expect(await post(EVENT.replace('invoice.payment_failed', 'brand.new_type'))).toBe(200);
  });

  it("fault 27: an event of another Chatwoot account than the connection's is answered 403", async () => {
    const receiver = await open();
    const body = '{"event":"message_created","id":5,"account":{"id":4}}';
    const headers = { ...JSON_TYPE, 'x-chatwoot-timestamp': String(NOW), 'x-chatwoot-signature': `sha256=${hex(`${NOW}.${body}`)}` };
    expect((await receiver.post('/webhooks/chatwoot', body, headers)).status).toBe(403);
  });
});
