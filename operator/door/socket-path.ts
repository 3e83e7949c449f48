import { isAbsolute, join, relative } from 'node:path';

/** A path in `sockaddr_un` has at most so many bytes. */
const LONGEST_PATH_BYTES = 103;

/** Where the running process of this working folder listens. */
export function adminSocketPath(cwd: string): string {
  return join(cwd, '.deskbridge', 'admin.sock');
}

/** The path as the system takes it: relative where that is shorter. undefined: too long either way. */
export function toBindable(path: string, processCwd: string): string | undefined {
  const near = isAbsolute(path) ? relative(processCwd, path) : path;
  return [path, near].find((one) => Buffer.byteLength(one) <= LONGEST_PATH_BYTES);
}
