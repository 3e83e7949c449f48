import { expect, it } from 'vitest';
import { startAfter } from '../../processes/closing.ts';
import { keepTrying } from '../../inbox/keep-trying.ts';

interface Lines {
  readonly lines: string[];
  warn(fields: object, message: string): void;
}

function keepLines(): Lines {
  const lines: string[] = [];
  return { lines, warn: (_fields, message) => void lines.push(message) };
}

it('what fails is tried until it succeeds, and told once a minute', async () => {
  const log = keepLines();
  let tries = 0;
  const work = (): Promise<number> => {
    tries += 1;
    return tries <= 61 ? Promise.reject(new Error('away')) : Promise.resolve(tries);
  };
  expect(await keepTrying(work, { failing: 'it does not answer', signal: new AbortController().signal, log, everyMs: 0 })).toBe(62);
  expect(log.lines).toEqual(['it does not answer; trying again each second', 'it does not answer; trying again each second']);
});

it('what fails is given up at once when the process is asked to end', async () => {
  const stopping = new AbortController();
  let fail = (): void => undefined;
  const failed = new Promise<void>((resolve) => (fail = resolve));
  const trying = { failing: 'x', signal: stopping.signal, log: keepLines(), everyMs: 3_600_000, onFailed: () => fail() };
  const result = keepTrying(() => Promise.reject(new Error('away')), trying);
  await failed;
  stopping.abort();
  expect(await result).toBeUndefined();
  expect(await keepTrying(() => Promise.resolve(1), trying)).toBeUndefined();
});

it('what starts after something else is stopped with it, and not started where it was stopped before', async () => {
  const seen: string[] = [];
  const part = (name: string) => () => {
    seen.push(`${name} started`);
    return { stop: async () => void seen.push(`${name} stopped`) };
  };
  const ready = Promise.resolve();
  const early = startAfter(ready, part('early'));
  await ready;
  await early.stop();
  let reach = (): void => undefined;
  const late = startAfter(new Promise<void>((resolve) => (reach = resolve)), part('late'));
  await late.stop();
  reach();
  await ready;
  expect(seen).toEqual(['early started', 'early stopped']);
});
