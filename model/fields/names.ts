import { z } from 'zod';

/** A connection's or flow's name: it becomes part of addresses and workflow ids, so it is plain. */
export const NAME_PATTERN = /^[a-z][a-z0-9-]{0,39}$/;

/** What a name must look like, for people. */
export const NAME_RULE = 'a name of lower-case letters, digits and hyphens, starting with a letter, at most 40 characters';

/** A field that holds a name. */
export const nameField = z.string().regex(NAME_PATTERN, { error: NAME_RULE });
