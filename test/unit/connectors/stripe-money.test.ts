import { describe, expect, it } from 'vitest';
import { fromStripeAmount } from '../../../connectors/stripe/ports/money.ts';

describe("Stripe's amounts", () => {
  // docs.stripe.com/currencies, Zero-decimal currencies.
  it.each(['BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'])(
    '%s is sent in whole units',
    (currency) => {
      expect(fromStripeAmount(5000, currency)).toEqual({ amount: '5000', currency });
    },
  );

  // The same page, Special cases: no decimals, sent with two that are zero.
  it.each([
    [50_000, 'isk', '500', 'ISK'],
    [500_000, 'ugx', '5000', 'UGX'],
    [0, 'isk', '0', 'ISK'],
    [-50_000, 'isk', '-500', 'ISK'],
  ])('%d %s have no decimals, though they are sent with two', (units, sent, amount, currency) => {
    expect(fromStripeAmount(units, sent)).toEqual({ amount, currency });
  });

  it('a fraction of a króna, which was legal until April 2023, is not cut off', () => {
    expect(fromStripeAmount(4010, 'isk').amount).toBe('40.10');
  });

  // The same page, Three-decimal currencies: the last digit is always 0.
  it.each(['BHD', 'JOD', 'KWD', 'OMR', 'TND'])('%s has three decimals', (currency) => {
    expect(fromStripeAmount(15_250, currency)).toEqual({ amount: '15.250', currency });
  });

  // HUF and TWD are whole in payouts only; charges have two decimals.
  it.each(['USD', 'EUR', 'HUF', 'TWD', 'XXQ'])('%s has two decimals', (currency) => {
    expect(fromStripeAmount(123_450, currency)).toEqual({ amount: '1234.50', currency });
  });

  it.each([
    [5, '0.05'],
    [0, '0.00'],
    [-5, '-0.05'],
    [9_007_199_254_740_991, '90071992547409.91'],
  ])('%d cents keep every digit', (units, amount) => {
    expect(fromStripeAmount(units, 'usd').amount).toBe(amount);
  });
});
