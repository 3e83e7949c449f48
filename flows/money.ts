/** ISO 4217 currencies whose minor unit is not a hundredth, by decimals; every other currency has two. */
const OTHER_DECIMALS: ReadonlyMap<string, number> = new Map([
  ...['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'].map(
    (code) => [code, 0] as const,
  ),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code) => [code, 3] as const),
  ...['CLF', 'UYW'].map((code) => [code, 4] as const),
]);

/**
 * An amount in whole minor units as people read it: `1,234.50 USD`, `1,234 JPY`. The same on every machine, whatever its
 * locale. A fraction of a minor unit is cut off; an amount that is no number reads as 0.
 */
export function formatMoney(minorUnits: number, currency: string): string {
  const code = currency.toUpperCase();
  const decimals = OTHER_DECIMALS.get(code) ?? 2;
  const whole = Number.isFinite(minorUnits) ? Math.trunc(minorUnits) : 0;
  const digits = BigInt(Math.abs(whole))
    .toString()
    .padStart(decimals + 1, '0');
  const units = digits.slice(0, digits.length - decimals).replace(/\B(?=(?:\d{3})+$)/g, ',');
  const fraction = decimals === 0 ? '' : `.${digits.slice(-decimals)}`;
  return `${whole < 0 ? '-' : ''}${units}${fraction} ${code}`;
}
