import proto from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../workflows/search-attributes.ts';
import { codeOf, GRPC } from './grpc-code.ts';
import type { Connection, ConnectionLike } from '@temporalio/client';

const WITHIN_MS = 10_000;
const TYPES = {
  Keyword: proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Bool: proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
} as const;

/** A search attribute of ours, as Temporal's tools name it. */
export interface AttributeNeed {
  readonly name: string;
  readonly type: 'Keyword' | 'Bool';
}

/** How our search attributes stand in a namespace. */
export type AttributeState =
  | { readonly kind: 'complete' }
  /** These are missing or of another type, and may not be added by us. */
  | { readonly kind: 'wanting'; readonly needs: readonly AttributeNeed[] }
  /** We may neither look nor add: they may be there. */
  | { readonly kind: 'unknown' };

/** All that we need. */
export const ATTRIBUTE_NEEDS: readonly AttributeNeed[] = Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => ({
  name,
  type: type === 'BOOL' ? 'Bool' : 'Keyword',
}));

/**
 * Looks whether our search attributes are there, with the rights that running needs anyway; what is missing is added where that is
 * allowed. Being refused is an answer, since whoever has the rights may add them. Rejects where Temporal doesn't answer or has no such
 * namespace. May be run any number of times.
 */
export async function prepareSearchAttributes(connection: Connection, namespace: string): Promise<AttributeState> {
  const needs = await findWanting(connection, namespace);
  if (needs?.length === 0) return { kind: 'complete' };
  try {
    await registerSearchAttributes(connection, namespace);
    return { kind: 'complete' };
  } catch (error) {
    if (isUnanswered(error)) throw error;
    return needs === null ? { kind: 'unknown' } : { kind: 'wanting', needs };
  }
}

/**
 * Registers our search attributes in the namespace; those already there are left alone. Needs the rights of an operator. Rejects also
 * where one is there with another type.
 */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  await connection.withDeadline(Date.now() + WITHIN_MS, async () => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = ATTRIBUTE_NEEDS.filter(({ name }) => customAttributes[name] === undefined);
    const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, TYPES[type]]));
    if (missing.length > 0) await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    const other = ATTRIBUTE_NEEDS.filter(({ name, type }) => (customAttributes[name] ?? TYPES[type]) !== TYPES[type]);
    if (other.length > 0) throw new Error(`Search attributes of namespace ${namespace} have another type: ${toList(other)} is needed.`);
  });
}

/**
 * Which of our search attributes a namespace lacks or has with another type, found out by asking for workflows by them: who may read
 * workflows may do so. null: not even that is allowed. Rejects where Temporal doesn't answer or has no such namespace.
 */
export async function findWanting(
  connection: Pick<ConnectionLike, 'workflowService' | 'withDeadline'>,
  namespace: string,
): Promise<readonly AttributeNeed[] | null> {
  const isUsable = async (needs: readonly AttributeNeed[]): Promise<boolean> => {
    const query = needs.map(({ name, type }) => `${name} = ${type === 'Bool' ? 'true' : '"none"'}`).join(' AND ');
    try {
      await connection.workflowService.countWorkflowExecutions({ namespace, query });
      return true;
    } catch (error) {
      if (codeOf(error) === GRPC.invalidArgument) return false;
      throw error;
    }
  };
  try {
    return await connection.withDeadline(Date.now() + WITHIN_MS, async () => {
      if (await isUsable(ATTRIBUTE_NEEDS)) return [];
      const wanting: AttributeNeed[] = [];
      for (const need of ATTRIBUTE_NEEDS) if (!(await isUsable([need]))) wanting.push(need);
      return wanting;
    });
  } catch (error) {
    if (isUnanswered(error)) throw error;
    return null;
  }
}

/** Search attributes with their types, and the commands that add them, for people with the rights of an operator. */
export function howToAdd(needs: readonly AttributeNeed[], namespace: string): string {
  const cli = needs.map(({ name, type }) => ` --name ${name} --type ${type}`).join('');
  const cloud = needs.map(({ name, type }) => ` --search-attribute ${name}=${type}`).join('');
  return [
    `${toList(needs)}. Add them with \`temporal operator search-attribute create --namespace ${namespace}${cli}\`,`,
    `on Temporal Cloud with \`tcld namespace search-attributes add --namespace ${namespace}${cloud}\``,
    '(one that is there with another type must be renamed or removed first).',
  ].join(' ');
}

function toList(needs: readonly AttributeNeed[]): string {
  return needs.map(({ name, type }) => `${name} (${type})`).join(', ');
}

/** Whether nothing is known after this: Temporal is away, or has no such namespace. */
function isUnanswered(error: unknown): boolean {
  const code = codeOf(error);
  return code === GRPC.unavailable || code === GRPC.deadlineExceeded || code === GRPC.cancelled || code === GRPC.notFound;
}
