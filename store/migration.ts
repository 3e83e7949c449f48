/** One step of the schema; applied once, never edited afterwards. */
export interface Migration {
  readonly id: string;
  readonly statements: readonly string[];
}
