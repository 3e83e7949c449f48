import type { IncomingMessage } from 'node:http';

import { type Fields, fieldsOf, parseJson } from './values.ts';

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** A file that came as a part of a form. */
export interface UploadedFile {
  readonly field: string;
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
}

/** A request's body, read by its content type. */
export interface Body {
  readonly raw: Buffer;
  /** The JSON object or the form's fields; empty where there are none. */
  readonly fields: Fields;
  readonly files: readonly UploadedFile[];
  /** Whether the body claims to be JSON and is not. */
  readonly malformed: boolean;
}

/** Reads the whole body. Throws where it is larger than 64 MB. */
export async function readRaw(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error(`the request body is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads JSON, a URL-encoded form or a multipart form. Without a content type the body is left unread. */
export function parseBody(raw: Buffer, contentType: string | undefined): Body {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (raw.length === 0) return { raw, fields: {}, files: [], malformed: false };
  if (type === 'application/json') return fromJson(raw);
  if (type === 'application/x-www-form-urlencoded')
    return { raw, fields: fromForm(new URLSearchParams(raw.toString('utf8'))), files: [], malformed: false };
  if (type === 'multipart/form-data') return fromMultipart(raw, /boundary="?([^";]+)"?/.exec(contentType ?? '')?.[1] ?? '');
  return { raw, fields: {}, files: [], malformed: false };
}

/** The fields of a form; `name[]` collects a list, `name[inner]` an object. */
export function fromForm(pairs: Iterable<[string, string]>): Fields {
  const fields: { [name: string]: unknown } = {};
  for (const [name, value] of pairs) {
    const list = /^(.+)\[\d*\]$/.exec(name)?.[1];
    const nested = /^([^[]+)\[([^\]]+)\]$/.exec(name);
    if (list !== undefined) fields[list] = [...listAt(fields, list), value];
    else if (nested?.[1] !== undefined && nested[2] !== undefined)
      fields[nested[1]] = { ...fieldsOf(fields[nested[1]]), [nested[2]]: value };
    else fields[name] = value;
  }
  return fields;
}

function listAt(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  return Array.isArray(value) ? value : [];
}

function fromJson(raw: Buffer): Body {
  const value = parseJson(raw.toString('utf8'));
  return { raw, fields: fieldsOf(value), files: [], malformed: value === undefined };
}

function fromMultipart(raw: Buffer, boundary: string): Body {
  const pairs: [string, string][] = [];
  const files: UploadedFile[] = [];
  for (const part of splitParts(raw, Buffer.from(`--${boundary}`))) {
    const end = part.indexOf('\r\n\r\n');
    if (end < 0) continue;
    const head = part.subarray(0, end).toString('utf8');
    const content = part.subarray(end + 4);
    const field = /\bname="([^"]*)"/.exec(head)?.[1] ?? '';
    const name = /\bfilename="([^"]*)"/.exec(head)?.[1];
    if (name === undefined) pairs.push([field, content.toString('utf8')]);
    else files.push({ field, name, type: /content-type:\s*([^\r\n]+)/i.exec(head)?.[1] ?? 'application/octet-stream', content });
  }
  return { raw, fields: fromForm(pairs), files, malformed: pairs.length + files.length === 0 };
}

function splitParts(raw: Buffer, mark: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = raw.indexOf(mark);
  while (start >= 0) {
    const next = raw.indexOf(mark, start + mark.length);
    if (next < 0) break;
    parts.push(raw.subarray(start + mark.length + 2, next - 2));
    start = next;
  }
  return parts;
}
