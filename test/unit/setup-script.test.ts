import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ENTRIES } from '../../bench/rig/child.ts';
import { runSetupScript } from '../../bench/rig/setup-script.ts';

it('a set-up script that there is not is refused with what Node says of it', async () => {
  await expect(runSetupScript('no-such-script')).rejects.toThrow(/Cannot find module .*no-such-script\.mjs/);
});

it('set-up scripts, and the programs that measurements start, are looked for where they are', async () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  await expect(runSetupScript('no-such-script')).rejects.toThrow(`'${root}setup/no-such-script.mjs'`);
  for (const entry of ENTRIES) expect(existsSync(`${root}bench/${entry}.ts`), entry).toBe(true);
});
