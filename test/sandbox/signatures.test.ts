import { describe, expect, it } from 'vitest';

import { signChatwoot } from '../../sandbox/chatwoot/webhooks.ts';
import { signDeskwoot } from '../../sandbox/deskwoot/webhooks.ts';
import { signSlack } from '../../sandbox/slack/webhooks.ts';
import { signStripe } from '../../sandbox/stripe/webhooks.ts';

/** Printed in hookdeck/outpost signature_test.go: key `test-secret`, timestamp 1234567890, body {"hello":"world"}, hex over timestamp.body. */
const OUTPOST_DIGEST = '7054f74dae9f73e82b56ca73e8f81450097c698eeda0b00bb8728e89796baf2d';
/** Printed in Slack's page on verifying requests. */
const SLACK_BODY =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';

describe('sandbox signatures', () => {
  it('Stripe signs as the published vector says', () => {
    expect(signStripe(['test-secret'], 1234567890, '{"hello":"world"}')).toBe(`t=1234567890,v1=${OUTPOST_DIGEST}`);
  });

  it('Stripe signs the fixture of stripe-dotnet as it is printed there', () => {
    const body = Buffer.from(
      'ewogICJpZCI6ICJldnRfMTIzIiwKICAib2JqZWN0IjogImV2ZW50IiwKICAiYWNjb3VudCI6ICJhY2N0XzEyMyIsCiAgImFwaV92ZXJzaW9uIjogIjIwMTctMDUtMjUiLAogICJjcmVhdGVkIjogMTUzMzIwNDYyMCwKICAiZGF0YSI6IHsKICAgICJvYmplY3QiOiB7CiAgICAgICJpZCI6ICJjdXNfMTIzIiwKICAgICAgIm9iamVjdCI6ICJjdXN0b21lciIsCiAgICAgICJjcmVhdGVkIjogMTIzNDU2Nzg5LAogICAgICAiZW1haWwiOiAidGVzdEBzdHJpcGUuY29tIiwKICAgICAgImxpdmVtb2RlIjogZmFsc2UsCiAgICAgICJtZXRhZGF0YSI6IHt9CiAgICB9CiAgfSwKICAibGl2ZW1vZGUiOiBmYWxzZSwKICAicGVuZGluZ193ZWJob29rcyI6IDEsCiAgInJlcXVlc3QiOiB7CiAgICAiaWQiOiAicmVxXzEyMyIsCiAgICAiaWRlbXBvdGVuY3lfa2V5IjogImlkZW1wb3RlbmN5LWtleS0xMjMiCiAgfSwKICAidHlwZSI6ICJjdXN0b21lci5jcmVhdGVkIgp9Cg==',
      'base64',
    );
    expect(signStripe(['webhook_secret'], 1533204620, body)).toBe(
      't=1533204620,v1=2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7',
    );
  });

  it('Stripe signs with every active secret, one v1 each', () => {
    expect(signStripe(['other', 'test-secret'], 1234567890, '{"hello":"world"}')).toMatch(
      new RegExp(`^t=1234567890,v1=[0-9a-f]{64},v1=${OUTPOST_DIGEST}$`),
    );
  });

  it('Slack signs as the example in its documentation', () => {
    expect(signSlack('8f742231b10e8888abcd99yyyzzz85a5', 1531420618, SLACK_BODY)).toBe(
      'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    );
  });

  it('Chatwoot signs timestamp, dot and body, as the published digest says', () => {
    expect(signChatwoot('test-secret', 1234567890, '{"hello":"world"}')).toBe(`sha256=${OUTPOST_DIGEST}`);
  });

  it('Deskwoot signs the body alone in plain hex, as the vector of octokit for the bare primitive', () => {
    expect(signDeskwoot('mysecret', '{"foo":"bar"}')).toBe('4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3');
  });
});
