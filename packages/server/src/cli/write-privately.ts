import { open, rename, rm } from 'node:fs/promises';

/**
 * Writes a file for its owner alone. It has its name only once it is whole and on the disk; one of that name is replaced then.
 * @param work is given the function that writes, in order
 */
export async function writePrivately<Result>(
  path: string,
  work: (write: (text: string) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const partial = `${path}.${process.pid}.partial`;
  const file = await open(partial, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`${path} cannot be written: ${reasonOf(cause)}`, { cause });
  });
  try {
    const result = await work((text) => file.writeFile(text));
    await file.sync();
    await file.close();
    await rename(partial, path);
    return result;
  } catch (error) {
    await file.close();
    await rm(partial, { force: true });
    throw error;
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such folder';
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not write there';
  return message;
}
