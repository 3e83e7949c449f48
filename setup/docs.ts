import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configurationDocs } from '../config/docs.ts';
import { installed } from '../config/installed.ts';

/** `npm run docs`: writes docs/configuration.md from the schemas. A test holds the two together. */
writeFileSync(fileURLToPath(new URL('../docs/configuration.md', import.meta.url)), configurationDocs(installed));
