/** An amount of one currency. Made by a connector from its vendor's units, which differ from ISO 4217 here and there. */
export interface Money {
  /** Whole units as decimal text, with the decimals that the currency is written with: `1234.50`, `500`, `-3.000`. */
  readonly amount: string;
  /** ISO 4217, upper case. */
  readonly currency: string;
}
