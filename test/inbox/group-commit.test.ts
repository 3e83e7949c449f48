import { describe, expect, it } from 'vitest';
import { createGroupCommit, QueueFull } from '../../store/group-commit.ts';
import { StoreUnavailable } from '../../store/driver/database.ts';
import { eventually } from '../helpers/eventually.ts';
import type { GroupCommit, GroupCommitSettings } from '../../store/group-commit.ts';

const LIMITS = { maxRows: 100, maxQueuedRows: 1_000, maxQueuedBytes: 10_000, sizeOf: () => 1 } as const;

function create(
  settings: Partial<GroupCommitSettings<string, string>> & Pick<GroupCommitSettings<string, string>, 'commit'>,
): GroupCommit<string, string> {
  return createGroupCommit<string, string>({ ...LIMITS, ...settings });
}

function sqlError(code: string): Error {
  return Object.assign(new Error('refused'), { code });
}

describe('a group commit', () => {
  it('commits what arrives while a commit is under way together, in order', async () => {
    const batches: string[][] = [];
    let open = (): void => undefined;
    const first = new Promise<void>((resolve) => (open = resolve));
    const commits = create({
      commit: async (batch) => {
        batches.push([...batch]);
        if (batches.length === 1) await first;
        return batch.map((item) => item.toUpperCase());
      },
    });
    const a = commits.add('a');
    await Promise.resolve();
    await Promise.resolve();
    const rest = [commits.add('b'), commits.add('c')];
    expect(commits.depth()).toBe(3);
    open();
    expect(await Promise.all([a, ...rest])).toEqual(['A', 'B', 'C']);
    expect(batches).toEqual([['a'], ['b', 'c']]);
    await commits.drain();
    expect(commits.depth()).toBe(0);
  });

  it('keeps to its bounds of rows and bytes a commit', async () => {
    const sizes: number[] = [];
    const commits = create({
      maxRows: 3,
      maxBatchBytes: 10,
      sizeOf: (item) => item.length,
      commit: async (batch) => {
        sizes.push(batch.length);
        return [...batch];
      },
    });
    await Promise.all(['a', 'b', 'c', 'd', 'x'.repeat(9), 'y'.repeat(20), 'z'].map((item) => commits.add(item)));
    expect(sizes).toEqual([3, 2, 1, 1]);
  });

  it.each([
    ['rows', { maxQueuedRows: 2 }, ['a', 'b', 'c']],
    ['bytes', { maxQueuedBytes: 5, sizeOf: (item: string) => item.length }, ['aaa', 'bb', 'c']],
  ])('refuses with QueueFull beyond its bound of %s, and takes more once there is room', async (_name, limits, items) => {
    const commits = create({ ...limits, commit: async (batch) => [...batch] });
    const results = await Promise.allSettled(items.map((item) => commits.add(item)));
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(results[2]).toMatchObject({ reason: expect.any(QueueFull) });
    expect(await commits.add('c')).toBe('c');
  });

  it.each(['22P05', '23505', '54000'])('lets the item that the store refuses with %s fail alone', async (code) => {
    const commits = create({
      commit: async (batch) => {
        if (batch.some((item) => item.startsWith('bad'))) throw sqlError(code);
        return [...batch];
      },
    });
    const results = await Promise.allSettled(['a', 'bad 1', 'b', 'c', 'bad 2'].map((item) => commits.add(item)));
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'rejected']);
  });

  it.each([
    ['a deadlock', sqlError('40P01')],
    ['a lost connection', new StoreUnavailable('lost')],
  ])('repeats the same batch after %s, and gives up as StoreUnavailable', async (_name, failure) => {
    const batches: string[][] = [];
    let failures = 2;
    const commits = create({
      commit: async (batch) => {
        batches.push([...batch]);
        if (failures-- > 0) throw failure;
        return [...batch];
      },
    });
    expect(await Promise.all([commits.add('a'), commits.add('b')])).toEqual(['a', 'b']);
    expect(batches).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
    failures = 3;
    await expect(commits.add('c')).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await commits.add('d')).toBe('d');
  });

  it('rejects the whole batch with any other failure, and goes on', async () => {
    let broken = true;
    const commits = create({
      commit: async (batch) => {
        if (broken) throw new TypeError('a bug');
        return [...batch];
      },
    });
    const results = await Promise.allSettled([commits.add('a'), commits.add('b')]);
    expect(results).toMatchObject([{ reason: { message: 'a bug' } }, { reason: { message: 'a bug' } }]);
    broken = false;
    expect(await commits.add('c')).toBe('c');
  });

  it('waits for no commit beyond its limit: its items hear StoreUnavailable, and the next commit begins', async () => {
    const batches: string[][] = [];
    let answerStuck = (_results: string[]): void => undefined;
    const commits = create({
      limitMs: 50,
      commit: (batch) => {
        batches.push([...batch]);
        if (batches.length > 1) return Promise.resolve([...batch]);
        return new Promise((resolve) => (answerStuck = resolve));
      },
    });
    const stuck = commits.add('a');
    await Promise.resolve();
    await Promise.resolve();
    const next = commits.add('b');
    await expect(stuck).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await next).toBe('b');
    expect(commits.depth()).toBe(0);
    answerStuck(['too late']);
    expect(await commits.add('c')).toBe('c');
    expect(batches).toEqual([['a'], ['b'], ['c']]);
    await commits.drain();
  });

  it('does not repeat a commit that nobody waits for any more', async () => {
    let tried = 0;
    let fail = (_error: Error): void => undefined;
    const commits = create({
      limitMs: 20,
      commit: () => {
        tried += 1;
        return new Promise((_resolve, reject) => (fail = reject));
      },
    });
    await expect(commits.add('a')).rejects.toBeInstanceOf(StoreUnavailable);
    fail(new StoreUnavailable('lost'));
    await commits.drain();
    await new Promise((resolve) => setImmediate(resolve));
    expect(tried).toBe(1);
  });

  it('drains what was added during the drain too', async () => {
    const commits = create({ commit: async (batch) => [...batch] });
    const added = [commits.add('a')];
    const drained = commits.drain();
    added.push(commits.add('b'));
    await drained;
    expect(await Promise.all(added)).toEqual(['a', 'b']);
    expect(commits.depth()).toBe(0);
  });
});

describe('commits beside each other', () => {
  /** Items are `<key><number>`; a commit ends when it is let go. */
  function createSlow(beside: { commits: number; leastRows: number; youngMs?: number }): {
    commits: GroupCommit<string, string>;
    batches: string[][];
    letGo(index: number): void;
  } {
    const batches: string[][] = [];
    const ends: (() => void)[] = [];
    const commits = create({
      beside: { ...beside, keysOf: (item) => [item.slice(0, 1)] },
      commit: async (batch) => {
        batches.push([...batch]);
        await new Promise<void>((resolve) => ends.push(resolve));
        return [...batch];
      },
    });
    return { commits, batches, letGo: (index) => ends[index]?.() };
  }
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('begin only once enough waits for them', async () => {
    const { commits, batches, letGo } = createSlow({ commits: 2, leastRows: 2, youngMs: 600_000 });
    const all = [commits.add('a1')];
    await turn();
    all.push(commits.add('b1'));
    await turn();
    expect(batches).toEqual([['a1']]);
    all.push(commits.add('c1'));
    await turn();
    expect(batches).toEqual([['a1'], ['b1', 'c1']]);
    letGo(0);
    letGo(1);
    expect(await Promise.all(all)).toEqual(['a1', 'b1', 'c1']);
    await commits.drain();
    expect(commits.depth()).toBe(0);
  });

  it('begin for less where the others are no longer young: they may be stuck', async () => {
    const { commits, batches, letGo } = createSlow({ commits: 2, leastRows: 100, youngMs: 20 });
    const stuck = commits.add('a1');
    await turn();
    const next = commits.add('b1');
    await eventually(() => expect(batches).toEqual([['a1'], ['b1']]));
    letGo(1);
    expect(await next).toBe('b1');
    letGo(0);
    expect(await stuck).toBe('a1');
  });

  it('leave what has a key of a commit under way, and what follows it, to a later one', async () => {
    const { commits, batches, letGo } = createSlow({ commits: 2, leastRows: 1 });
    const all = [commits.add('a1')];
    await turn();
    all.push(...['a2', 'b1', 'a3'].map((item) => commits.add(item)));
    await turn();
    expect(batches).toEqual([['a1'], ['b1']]);
    letGo(1);
    await turn();
    expect(batches).toHaveLength(2);
    letGo(0);
    await turn();
    expect(batches).toEqual([['a1'], ['b1'], ['a2', 'a3']]);
    letGo(2);
    await Promise.all(all);
  });
});
