import { lockFolder } from '../store/driver/folder-lock.ts';
import { CliFailure, messageOf } from '../operator/fail.ts';

/** Takes a folder for this process, until the answered function gives it back. Throws CliFailure where a living process has it. */
export async function takeFolder(folder: string, user: string): Promise<() => Promise<void>> {
  try {
    return await lockFolder(folder);
  } catch (error) {
    const process = /in use by ([^.]+)\./.exec(messageOf(error))?.[1];
    if (process === undefined) throw error;
    throw new CliFailure(`${user} runs already on ${folder} (${process}): stop it, or start this one in another folder.`, 1, {
      cause: error,
    });
  }
}
