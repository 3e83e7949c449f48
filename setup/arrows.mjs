// `npm run arrows`: which folder may import which (.dependency-cruiser.cjs), no circles, and no two rooms that import each other.
import { createRequire } from 'node:module';
import { cruise, format } from 'dependency-cruiser';

const RULES = '../.dependency-cruiser.cjs';
/** What a room is: a folder at the top. Tests look at everything, and nobody looks at them. */
const TESTS = 'test';
const MOST_EXAMPLES = 5;

const { forbidden, options } = createRequire(import.meta.url)(RULES);
const { output } = await cruise(['.'], { ...options, ruleSet: { forbidden }, validate: true });
if (typeof output === 'string') throw new Error('dependency-cruiser answered text where its result was asked for');
const { output: report, exitCode } = await format(output, { outputType: 'err' });
console.log(String(report).trim());
const pairs = twoWayPairs(output.modules);
for (const { rooms, examples } of pairs) {
  console.log(
    `error two-way-rooms: ${rooms} import each other; move what both need below them\n${examples.map((line) => `  ${line}`).join('\n')}`,
  );
}
console.log(`${pairs.length} two-way pairs of rooms`);
process.exitCode = exitCode === 0 && pairs.length === 0 ? 0 : 1;

/**
 * @param {readonly import('dependency-cruiser').IModule[]} modules
 * @returns {{ rooms: string; examples: string[] }[]}
 */
function twoWayPairs(modules) {
  /** @type {Map<string, string[]>} */
  const arrows = new Map();
  for (const { source, dependencies } of modules) {
    for (const { resolved } of dependencies) {
      const [from, to] = [roomOf(source), roomOf(resolved)];
      if (from === null || to === null || from === to) continue;
      const key = `${from} ${to}`;
      arrows.set(key, [...(arrows.get(key) ?? []), `${source} → ${resolved}`]);
    }
  }
  return [...arrows].flatMap(([key, there]) => {
    const [from = '', to = ''] = key.split(' ');
    const back = arrows.get(`${to} ${from}`);
    if (from > to || back === undefined) return [];
    return [{ rooms: `${from}/ and ${to}/`, examples: [...there.slice(0, MOST_EXAMPLES), ...back.slice(0, MOST_EXAMPLES)] }];
  });
}

/** @param {string} path @returns {string | null} */
function roomOf(path) {
  const [room, ...rest] = path.split('/');
  return room === undefined || rest.length === 0 || room === TESTS || room === 'node_modules' ? null : room;
}
