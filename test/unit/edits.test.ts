import { describe, expect, it } from 'vitest';
import { withEdits } from '../../activities/steps/edits.ts';
import { StepError } from '../../model/step-failure.ts';
import type { JsonObject } from '../../model/json.ts';

const STEP = { name: 'contact', summary: 'Contact' };
const INPUT = { email: 'a@example.com', phone: null, private: true, assignee: null };

describe("an operator's edit", () => {
  it.each<[string, JsonObject | null, object]>([
    ['changes nothing where there is none', null, {}],
    ['changes nothing of another step', { note: { email: 'x' } }, {}],
    ['replaces the fields that it names', { contact: { email: 'b@example.com' } }, { email: 'b@example.com' }],
    ['gives a text to a field that was empty', { contact: { phone: '+49' } }, { phone: '+49' }],
    ['leaves a field empty', { contact: { phone: null } }, { phone: null }],
    ['replaces true by false', { contact: { private: false } }, { private: false }],
  ])('%s', (_title, edits, changed) => {
    expect(withEdits(INPUT, STEP, edits)).toEqual({ ...INPUT, ...changed });
  });

  it('of one item goes before the edit of the whole step', () => {
    const edits = { label: { email: 'all' }, 'label/vip': { email: 'one' } };
    expect(withEdits(INPUT, { ...STEP, name: 'label', item: 'vip' }, edits).email).toBe('one');
    expect(withEdits(INPUT, { ...STEP, name: 'label', item: 'late' }, edits).email).toBe('all');
  });

  it.each<[string, JsonObject]>([
    ['a field that the step has not got', { contact: { mail: 'b@example.com' } }],
    ['a number for a text', { contact: { email: 7 } }],
    ['nothing for a text', { contact: { email: null } }],
    ['a text for a truth value', { contact: { private: 'no' } }],
    ['a number for a field that is empty', { contact: { phone: 49 } }],
  ])('parks again on %s, with the fields that there are', (_title, edits) => {
    const edit = (): unknown => withEdits(INPUT, STEP, edits);
    expect(edit).toThrow(StepError);
    expect(edit).toThrow(
      expect.objectContaining({
        failure: expect.objectContaining({
          code: 'bad_edit',
          kind: 'attention',
          hint: expect.stringContaining('email, phone, private, assignee'),
        }),
      }),
    );
  });
});
