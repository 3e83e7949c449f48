/** The codes of gRPC that decide something (grpc.io/docs/guides/status-codes). */
export const GRPC = { cancelled: 1, invalidArgument: 3, deadlineExceeded: 4, notFound: 5, unavailable: 14 } as const;

/** The gRPC code of a failed call, also where it is the cause of another error; undefined: it failed otherwise. */
export function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'number') return error.code;
  return codeOf(error.cause);
}
