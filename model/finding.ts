/** Where in the configuration: keys and list indexes from the top. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with the configuration, or (as a warning) probably not meant; before it is known in which line. Never holds a secret. */
export interface Finding {
  readonly path: Path;
  /** Point at the key rather than at its value. */
  readonly atKey?: boolean;
  readonly expected: string;
  readonly found: string;
  /** What to do. */
  readonly hint: string;
}
