/** Why a command did not do what it was asked, in one sentence and what to do. 1: it failed; 2: it was asked wrongly, or the configuration is wrong. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1, options?: { cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The configuration cannot be used; `report` is for people, `document` for programs. */
export class ConfigRefused extends Error {
  override readonly name = 'ConfigRefused';
  readonly report: string;
  readonly document: string;

  constructor(report: string, document: string) {
    super('The configuration has problems.');
    this.report = report;
    this.document = document;
  }
}

/** What any thrown value says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
