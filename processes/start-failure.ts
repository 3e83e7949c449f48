/** Why a process did not start, in one sentence or list that says what to do; `exitCode` 2: the configuration, 1: anything else. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2, options?: { cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
