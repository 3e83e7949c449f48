/**
 * How a remote write behaves when it is sent twice; declared by the client method that does it.
 * `natural`: absolute value, same result. `keyed`: the vendor takes an idempotency key. `marked`: a mark in the record can be
 * found again. `once`: none of these, so never sent again without a person.
 */
export type EffectClass = 'natural' | 'keyed' | 'marked' | 'once';

/** What a write is told by the ledger. */
export interface Send {
  /** The intent's key as opaque text of at most 64 characters: idempotency key or mark. */
  readonly mark: string;
  /** Milliseconds of `performance.now()` after which nothing may be put on the wire. */
  readonly sendBy: number;
}
