import { createHash } from 'node:crypto';
import { toStoredText } from '../driver/stored-text.ts';
import type { Queryable } from '../driver/database.ts';

const DEFAULT_LIMIT = 50;

/** An authentic request that could not be used: kept for a person, because its sender will not repeat it. */
export type ParkedRequest = {
  readonly id: string;
  readonly connection: string;
  readonly problem: string;
  readonly receivedAt: Date;
  /** Of the body, in hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
};

/** Keeps a request. Answers its id. */
export async function parkRequest(
  db: Queryable,
  request: { readonly connection: string; readonly problem: string; readonly raw: Buffer },
): Promise<string> {
  const sha256 = createHash('sha256').update(request.raw).digest();
  const [row] = await db.query<{ id: string }>(
    'insert into parked_request (connection, problem, sha256, raw) values ($1, $2, $3, $4) returning id::text as id',
    [request.connection, toStoredText(request.problem), sha256, request.raw],
  );
  return row?.id ?? '';
}

/** Lists a request whose body was not kept, known by its hash: once, however often its sender repeats it. */
export async function listUnkept(
  db: Queryable,
  request: { readonly connection: string; readonly problem: string; readonly sha256: Buffer },
): Promise<void> {
  await db.query(
    `insert into parked_request (connection, problem, sha256, raw)
     select $1::text, $2::text, $3::bytea, ''::bytea
     where not exists (select from parked_request where connection = $1 and sha256 = $3 and raw = ''::bytea)`,
    [request.connection, toStoredText(request.problem), request.sha256],
  );
}

/** Lists parked requests, newest first, without their bodies. `afterId`: go on after this one. */
export async function listParkedRequests(
  db: Queryable,
  filter: { readonly connection?: string; readonly afterId?: string; readonly limit?: number },
): Promise<readonly ParkedRequest[]> {
  return db.query<ParkedRequest>(
    `${SELECT} from parked_request where ($1::text is null or connection = $1) and ($2::bigint is null or id < $2) order by id desc limit $3`,
    [filter.connection ?? null, filter.afterId ?? null, filter.limit ?? DEFAULT_LIMIT],
  );
}

/** One parked request with its body; null: there is none of this id. */
export async function showParkedRequest(db: Queryable, id: string): Promise<(ParkedRequest & { readonly raw: Buffer }) | null> {
  const [row] = await db.query<ParkedRequest & { readonly raw: Buffer }>(`${SELECT}, raw from parked_request where id = $1`, [id]);
  return row ?? null;
}

const SELECT = `select id::text as id, connection, problem, received_at as "receivedAt", encode(sha256, 'hex') as sha256, length(raw) as bytes`;
