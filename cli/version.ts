/** The version of this Deskbridge; a test keeps it in step with package.json, which the built program does not carry along. */
export const VERSION = '0.1.0';
