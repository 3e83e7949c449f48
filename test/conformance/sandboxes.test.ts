import { describe, expect, it } from 'vitest';
import { connectors } from '../../connectors/registry.ts';
import { isSystemName, registry } from '../../sandbox/registry.ts';

const calling = [...connectors.values()].filter(({ calls }) => calls !== undefined);

describe('a connector that calls its system', () => {
  it.each(calling.map(({ type }) => type))('%s has a sandbox of the same name, connected by that type', (type) => {
    if (!isSystemName(type)) throw new Error(`connector ${type} calls, but sandbox/${type}/ is no line of sandbox/systems.ts`);
    expect(registry[type].connection.yaml('http://127.0.0.1:1')).toContain(`type: ${type},`);
  });

  it('is found at all', () => {
    expect(calling).not.toEqual([]);
  });
});
