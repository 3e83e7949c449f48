import type { Money } from '../model/money.ts';

const DECIMAL = /^(-?)(\d+)(\.\d+)?$/;

/** Money as people read it: `1,234.50 USD`, `1,234 JPY`. The same on every machine, whatever its locale. */
export function formatMoney({ amount, currency }: Money): string {
  const [, sign = '', whole, fraction = ''] = DECIMAL.exec(amount) ?? [];
  if (whole === undefined) return `${amount} ${currency}`;
  return `${sign}${whole.replace(/\B(?=(?:\d{3})+$)/g, ',')}${fraction} ${currency}`;
}
