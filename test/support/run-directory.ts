import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

const prefix = 'vestibule-tests-';
const insidePackage = resolve('node_modules/.cache/vestibule/runs');

/**
 * Has all temporary files of this process, and of those that it starts, lie in one directory, and gives what removes it.
 * What runs that were killed have left goes at once.
 */
export function keepTemporaryFilesTogether(): () => void {
  const outside = tmpdir();
  mkdirSync(insidePackage, { recursive: true });
  for (const place of [outside, insidePackage]) {
    for (const name of readdirSync(place)) {
      if (name.startsWith(prefix) && !isAlive(Number(name.slice(prefix.length)))) remove(join(place, name));
    }
  }
  const name = `${prefix}${process.pid}`;
  const directories = [join(outside, name), join(insidePackage, name)];
  for (const directory of directories) mkdirSync(directory, { mode: 0o700 });
  process.env['TMPDIR'] = join(outside, name);
  const end = (): void => {
    process.env['TMPDIR'] = outside;
    for (const directory of directories) remove(directory);
  };
  process.once('exit', end);
  return end;
}

/** For what has to find this package's dependencies; it goes with the others. */
export function temporaryDirectoryInsidePackage(): string {
  return join(insidePackage, basename(tmpdir()));
}

function remove(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}

/** Signal 0 asks whether the process is there; of somebody else's it is not allowed, which tells the same. */
function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
