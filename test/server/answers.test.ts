import { describe, expect, it } from 'vitest';
import { answerTo } from '../../server/answers.ts';
import { VERDICTS } from '../../server/verdict.ts';
import { BOT, FORGETFUL, RETRYING } from '../helpers/fixture-connector.ts';
import type { Verdict } from '../../server/verdict.ts';

/** Verdict → status for a sender that retries, one that never does, and a Chatwoot agent bot. */
const EXPECTED: Record<Verdict, readonly [number, number, number]> = {
  accepted: [200, 200, 200],
  duplicate: [200, 200, 200],
  ignored: [200, 200, 200],
  handshake: [200, 200, 200],
  parked: [200, 200, 200],
  probe: [200, 200, 200],
  refused: [401, 401, 401],
  foreign: [403, 403, 403],
  unusable: [400, 400, 400],
  aborted: [400, 400, 400],
  unknown_path: [404, 404, 404],
  wrong_method: [405, 405, 405],
  oversized: [413, 413, 413],
  too_large: [413, 413, 413],
  too_slow: [408, 408, 408],
  encoded: [415, 415, 415],
  too_many_headers: [431, 431, 431],
  busy: [503, 503, 500],
  unavailable: [503, 503, 500],
  misconfigured: [503, 503, 503],
  failed: [500, 500, 500],
};

describe('the table of answers', () => {
  it.each(VERDICTS)('%s is answered with the status that makes each kind of sender do the right thing', (verdict) => {
    const outcome = { verdict, reason: null };
    expect([RETRYING, FORGETFUL, BOT].map((habits) => answerTo(outcome, habits).status)).toEqual(EXPECTED[verdict]);
  });

  it('an unusable request is answered with the status that its reading names', () => {
    expect(answerTo({ verdict: 'unusable', reason: null, status: 415 }, RETRYING).status).toBe(415);
  });

  it('a 2xx without a handshake has no body, since Slack shows a body to its user', () => {
    for (const verdict of ['accepted', 'duplicate', 'ignored', 'parked'] as const)
      expect(answerTo({ verdict, reason: null }, RETRYING).body).toBe('');
  });

  it('every answer that asks for another try says when', () => {
    const withRetry = VERDICTS.filter((verdict) => answerTo({ verdict, reason: null }, RETRYING).headers['retry-after'] !== undefined);
    expect(withRetry.sort()).toEqual(['busy', 'failed', 'misconfigured', 'unavailable']);
  });

  it('every 4xx but 401 says what was expected or what is wrong, in one short JSON object', () => {
    for (const verdict of VERDICTS) {
      const answer = answerTo({ verdict, reason: null }, RETRYING);
      if (answer.status < 400) continue;
      expect(answer.body.length).toBeLessThan(400);
      expect(JSON.parse(answer.body)).toHaveProperty('error');
    }
  });
});
