import type { Money } from '../../../model/money.ts';

/**
 * How Stripe writes amounts: whole numbers of the smallest unit, which for a few currencies is not the one of ISO 4217. All that is not
 * named here has two decimals (https://docs.stripe.com/currencies, sections Zero-decimal, Three-decimal and Special cases).
 */
const ZERO_DECIMAL = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' ');
const THREE_DECIMAL = ['BHD', 'JOD', 'KWD', 'OMR', 'TND'];
/** Have no decimals by now, and are still sent with two: 500 króna are 50000. */
const SENT_WITH_TWO_ZEROS = ['ISK', 'UGX'];

/** Money from an amount of Stripe's. `units`: a whole number; `currency`: in any case. */
export function fromStripeAmount(units: number, currency: string): Money {
  const code = currency.toUpperCase();
  const amount = toDecimalText(units, decimalsOf(code));
  return { amount: SENT_WITH_TWO_ZEROS.includes(code) ? amount.replace(/\.00$/, '') : amount, currency: code };
}

function decimalsOf(code: string): number {
  if (ZERO_DECIMAL.includes(code)) return 0;
  return THREE_DECIMAL.includes(code) ? 3 : 2;
}

function toDecimalText(units: number, decimals: number): string {
  const digits = BigInt(Math.abs(units))
    .toString()
    .padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const text = decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`;
  return units < 0 ? `-${text}` : text;
}
