import { readJsonObject } from './json-body.ts';
import { JSON_TYPE, mediaTypeOf } from './media-type.ts';
import type { RawRequest, Reading } from '../connector.ts';

/** A verified request's JSON object, or the reading that says why there is none. */
export type JsonRequest = { readonly ok: true; readonly value: object } | { readonly ok: false; readonly reading: Reading };

/** Opens a verified request that must hold a JSON object. `park`: the sender does not send again, so a person gets it. */
export function openJson(request: RawRequest, park: boolean): JsonRequest {
  const refusal = refuseMediaType(request, [JSON_TYPE], park);
  if (refusal !== null) return { ok: false, reading: refusal };
  const body = readJsonObject(request.body);
  return body.ok ? body : { ok: false, reading: unusable(body.problem, park) };
}

/** The reading for a content type outside the list: 400 where there is none, 415 where it is another; null: accepted. */
export function refuseMediaType(request: RawRequest, accepted: readonly string[], park: boolean): Reading | null {
  const type = mediaTypeOf(request);
  if (type !== null && accepted.includes(type)) return null;
  const expected = `expected content-type ${accepted.join(' or ')}`;
  if (type === null) return unusable(`no usable content type; ${expected}`, park);
  return { kind: 'unusable', problem: `content type not accepted; ${expected}`, status: 415, park };
}

/** The reading for an authentic request that nothing can be made of. */
export function unusable(problem: string, park: boolean): Reading {
  return { kind: 'unusable', problem, status: 400, park };
}
