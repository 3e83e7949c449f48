import { expect, it } from 'vitest';
import { runSetupScript } from '../../bench/rig/setup-script.ts';

it('a set-up script that there is not is refused with what Node says of it', async () => {
  await expect(runSetupScript('no-such-script')).rejects.toThrow(/Cannot find module .*no-such-script\.mjs/);
});
