import { z } from 'zod';

const signedCase = z.object({
  name: z.string(),
  now_unix: z.number(),
  secrets: z.array(z.string()),
  headers: z.record(z.string(), z.string()),
  body_b64: z.string(),
  expect: z.object({
    verdict: z.enum(['accept', 'reject_signature', 'reject_body', 'reject_config']),
    http_allowed: z.array(z.number()),
    why: z.string(),
  }),
  exact_status: z.number().optional(),
  expect_response_contains: z.string().optional(),
  starts_workflow: z.boolean().optional(),
  dedupe_key: z.string().optional(),
});

const primitiveCase = z.object({
  name: z.string(),
  secret_utf8: z.string(),
  message_utf8: z.string(),
  encoding: z.enum(['hex', 'base64']),
  hmac_sha256: z.string(),
});

const signedFile = z.object({
  source: z.string(),
  secrets_that_must_be_refused: z.array(z.string()).optional(),
  cases: z.array(signedCase).min(1),
});
const primitiveFile = z.object({ source: z.string(), cases: z.array(primitiveCase).min(1) });

/** One request of a vector file, and what must come of it. */
export type SignedCase = z.infer<typeof signedCase>;
/** One known answer of the bare HMAC. */
export type PrimitiveCase = z.infer<typeof primitiveCase>;

/** A vector file as its README describes it. */
export type VectorFile =
  | { readonly kind: 'requests'; readonly cases: readonly SignedCase[]; readonly refusedSecrets: readonly string[] }
  | { readonly kind: 'primitives'; readonly cases: readonly PrimitiveCase[] };

/** Parses a vector file; throws with the field's path where it isn't one. */
export function parseVectorFile(value: unknown): VectorFile {
  const primitives = primitiveFile.safeParse(value);
  if (primitives.success) return { kind: 'primitives', cases: primitives.data.cases };
  const file = signedFile.parse(value);
  return { kind: 'requests', cases: file.cases, refusedSecrets: file.secrets_that_must_be_refused ?? [] };
}
