import { expect, it } from 'vitest';
import { toParts } from '../../bench/profile/parts.ts';

/** A chain of calls, outermost first, as V8 tells it: ids from 1. */
function profileOf(frames: readonly { readonly functionName?: string; readonly url?: string }[], samples: readonly number[]) {
  const nodes = frames.map(({ functionName = 'f', url = '' }, index) => ({
    id: index + 1,
    callFrame: { functionName, url, scriptId: '0', lineNumber: 0, columnNumber: 0 },
    ...(index + 1 < frames.length ? { children: [index + 2] } : {}),
  }));
  return { nodes, samples: [...samples], timeDeltas: samples.map(() => 500), startTime: 0, endTime: 0 };
}

it('counts what Node does for a part of the program for that part', () => {
  const chain = [{ url: 'file:///x/dist/inbox/recorder.js' }, { url: 'file:///x/node_modules/pg/lib/client.js' }, { url: 'node:net' }];
  expect(toParts(profileOf(chain, [1, 2, 3, 3]))).toEqual({ 'inbox and store': 500, 'driver of PostgreSQL': 1500 });
});

it('counts neither waiting nor what nobody asked for as a part, but names the collector', () => {
  const chain = [{ functionName: '(root)' }, { functionName: '(garbage collector)' }, { functionName: '(idle)' }];
  expect(toParts(profileOf(chain, [1, 2, 3, 3]))).toEqual({ 'garbage collection': 500 });
});

it('counts what Node does for nobody, such as reading a socket, as its own', () => {
  const [only] = Object.keys(toParts(profileOf([{ url: 'node:net' }], [1])));
  expect(only).toMatch(/^Node/);
});
