import { describe, expect, it } from 'vitest';
import { formatMoney } from '../../flows/money.ts';

describe('money', () => {
  it.each([
    ['1234.50', 'USD', '1,234.50 USD'],
    ['0.05', 'EUR', '0.05 EUR'],
    ['0.00', 'USD', '0.00 USD'],
    ['-1234.50', 'USD', '-1,234.50 USD'],
    ['1234', 'JPY', '1,234 JPY'],
    ['0', 'JPY', '0 JPY'],
    ['1234.567', 'KWD', '1,234.567 KWD'],
    ['1.2345', 'CLF', '1.2345 CLF'],
    ['1000000000.00', 'USD', '1,000,000,000.00 USD'],
    ['90071992547409.91', 'USD', '90,071,992,547,409.91 USD'],
  ])('is written as it is, %s %s, with its thousands apart', (amount, currency, text) => {
    expect(formatMoney({ amount, currency })).toBe(text);
  });

  it('knows no currency: decimals are the business of who made the amount', () => {
    expect(['ISK', 'JPY', 'KWD', 'XXQ'].map((currency) => formatMoney({ amount: '1500.5', currency }))).toEqual([
      '1,500.5 ISK',
      '1,500.5 JPY',
      '1,500.5 KWD',
      '1,500.5 XXQ',
    ]);
  });

  it.each(['', '1e3', '12.', 'a lot'])('never throws on %j, which is shown as it came', (amount) => {
    expect(formatMoney({ amount, currency: 'USD' })).toBe(`${amount} USD`);
  });
});
