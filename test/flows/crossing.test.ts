import { describe, expect, it } from 'vitest';
import { MAX_CROSSING_CHARS, assertCrosses, toBoundedFailure } from '../../flows/crossing.ts';
import { StepError } from '../../model/step-failure.ts';

const where = { what: 'answer', step: 'read-message', connection: 'helpdesk' } as const;

describe('what goes through Temporal', () => {
  it('may be as long as the limit', () => {
    expect(() => assertCrosses('x'.repeat(MAX_CROSSING_CHARS - 2), where)).not.toThrow();
    expect(() => assertCrosses(undefined, where)).not.toThrow();
  });

  it('needs a person where it is longer, told its size and the limit', () => {
    const error: unknown = (() => {
      try {
        return assertCrosses('x'.repeat(MAX_CROSSING_CHARS - 1), where);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(StepError);
    expect(error).toMatchObject({
      failure: {
        code: 'too_large',
        kind: 'attention',
        message: 'The answer of the step read-message has 500001 characters; at most 500000 can pass through Temporal.',
        connection: 'helpdesk',
      },
    });
  });

  it('holds no failure longer than people read, whatever a remote system put into it', () => {
    const failure = { code: 'invalid', kind: 'attention', step: 's', connection: null, retryAfterMs: null } as const;
    const bounded = toBoundedFailure({ ...failure, message: 'm'.repeat(9_000_000), hint: 'h'.repeat(9_000_000) });
    expect([bounded.message.length, bounded.hint.length]).toEqual([1_000, 2_000]);
    expect(toBoundedFailure({ ...failure, message: 'm', hint: 'h' })).toEqual({ ...failure, message: 'm', hint: 'h' });
  });
});
