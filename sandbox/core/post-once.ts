import { type Agent, errors, request } from 'undici';

/** A receiver's answer to a webhook. */
export interface HookAnswer {
  /** 0: no answer came. */
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly timedOut: boolean;
}

/** Posts a body once, without following redirects; a failure of the network is an answer with status 0. */
export async function postOnce(
  agent: Agent,
  target: { readonly url: string; readonly body: string; readonly timeoutMs: number },
  headers: { readonly [name: string]: string },
): Promise<HookAnswer> {
  try {
    const response = await request(target.url, {
      dispatcher: agent,
      method: 'POST',
      headers: { ...headers },
      body: target.body,
      headersTimeout: target.timeoutMs,
      bodyTimeout: target.timeoutMs,
    });
    const body = await response.body.text();
    return { status: response.statusCode, headers: flat(response.headers), body, timedOut: false };
  } catch (error) {
    const timedOut = error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError;
    return { status: 0, headers: {}, body: '', timedOut };
  }
}

function flat(headers: { readonly [name: string]: string | string[] | undefined }): { readonly [name: string]: string } {
  const kept: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) kept[name] = String(value);
  return kept;
}
