import { z } from 'zod';
import { secret } from '../../model/secret.ts';

const PROBE = 'any text';
/** What the field `secret` says to a plain text: the one trait that copies of it keep, described or refined. */
const SECRET_REFUSAL = secret.safeParse(PROBE).error?.issues[0]?.message;

/** Any zod schema. */
export type AnySchema = z.core.$ZodType;

/** The schemas that a value itself is held against: wrappers and pipes taken off, a union's options side by side. */
export function bare(schema: AnySchema): readonly AnySchema[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(bare);
  if (schema instanceof z.ZodPipe) return bare(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  if (schema instanceof z.ZodIntersection) return [...bare(schema.def.left), ...bare(schema.def.right)];
  if (schema instanceof z.ZodLazy) return bare(schema.unwrap());
  const inner = innerOf(schema);
  return inner === undefined ? [schema] : bare(inner);
}

/** The schemas that a child at `key` can be held against; none where the key is unknown. */
export function childrenOf(schemas: readonly AnySchema[], key: string | number): readonly AnySchema[] {
  return schemas.flatMap(bare).flatMap((schema) => {
    if (schema instanceof z.ZodArray) return [schema.element];
    if (schema instanceof z.ZodRecord) return [schema.valueType];
    if (!(schema instanceof z.ZodObject)) return [];
    const child: AnySchema | undefined = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
    return child === undefined ? [] : [child];
  });
}

/** The schemas at a path below. */
export function schemasAt(schema: AnySchema, path: readonly (string | number)[]): readonly AnySchema[] {
  return path.reduce<readonly AnySchema[]>((schemas, key) => childrenOf(schemas, key), [schema]);
}

/** The keys that mappings held against these schemas may have. */
export function knownKeys(schemas: readonly AnySchema[]): readonly string[] {
  return [...new Set(schemas.flatMap(bare).flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : [])))];
}

/** Whether a schema wants a secret there, and takes no plain text. */
export function wantsSecret(schema: AnySchema): boolean {
  return !accepts(schema, PROBE) && bare(schema).some(refusesTextForSecret);
}

/** Whether a schema takes this value. */
export function accepts(schema: AnySchema, value: unknown): boolean {
  return z.safeParse(schema, value).success;
}

/** What a schema is for: its own description, or the one of what it wraps. */
export function descriptionOf(schema: AnySchema): string | undefined {
  const own = z.globalRegistry.get(schema)?.description;
  if (own !== undefined) return own;
  const inner = schema instanceof z.ZodPipe ? schema.in : innerOf(schema);
  return inner === undefined ? undefined : descriptionOf(inner);
}

function refusesTextForSecret(schema: AnySchema): boolean {
  const [issue] = z.safeParse(schema, PROBE).error?.issues ?? [];
  return issue !== undefined && issue.message === SECRET_REFUSAL && issue.path.length === 0;
}

function innerOf(schema: AnySchema): AnySchema | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) return schema.unwrap();
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodReadonly || schema instanceof z.ZodNonOptional) return schema.unwrap();
  return undefined;
}
