import { describe, expect, it } from 'vitest';
import { formatMoney } from '../../flows/money.ts';

describe('money', () => {
  it.each([
    [123450, 'USD', '1,234.50 USD'],
    [5, 'EUR', '0.05 EUR'],
    [0, 'USD', '0.00 USD'],
    [-123450, 'USD', '-1,234.50 USD'],
    [1234, 'JPY', '1,234 JPY'],
    [0, 'JPY', '0 JPY'],
    [1234567, 'KWD', '1,234.567 KWD'],
    [7, 'KWD', '0.007 KWD'],
    [12345, 'CLF', '1.2345 CLF'],
    [100000000000, 'usd', '1,000,000,000.00 USD'],
    [9007199254740991, 'USD', '90,071,992,547,409.91 USD'],
    [999, 'XXQ', '9.99 XXQ'],
  ])('writes %d minor units of %s as %s', (minor, currency, text) => {
    expect(formatMoney(minor, currency)).toBe(text);
  });

  // ISO 4217 list one, minor unit 0.
  it.each(['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'])(
    '%s has no decimals',
    (currency) => {
      expect(formatMoney(1500, currency)).toBe(`1,500 ${currency}`);
    },
  );

  it.each(['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'])('%s has three decimals', (currency) => {
    expect(formatMoney(1500, currency)).toBe(`1.500 ${currency}`);
  });

  it.each([
    [Number.NaN, '0.00 USD'],
    [Number.POSITIVE_INFINITY, '0.00 USD'],
    [10.9, '0.10 USD'],
  ])('never throws on %d', (minor, text) => {
    expect(formatMoney(minor, 'USD')).toBe(text);
  });
});
