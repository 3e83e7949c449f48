import { describe, expect, it } from 'vitest';
import { toContactMark } from '../../../connectors/ports/contact-mark.ts';

describe('the mark of a contact', () => {
  it('is the attribute `<connection>_id` with the id of the record', () => {
    expect(toContactMark({ connection: 'billing', id: 'cus_1' })).toEqual({
      attribute: 'billing_id',
      id: 'cus_1',
      identifier: 'billing:cus_1',
    });
    expect(toContactMark({ connection: 'my-shop', id: 'gid://shopify/Customer/1' }).attribute).toBe('my-shop_id');
  });
});
