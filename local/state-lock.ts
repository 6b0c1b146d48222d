import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const lockFile = 'lock';

/** Throws when another process that is still alive holds the directory. */
export function refuseHeldStateDirectory(directory: string): void {
  const file = join(directory, lockFile);
  const holder = currentHolder(file);
  if (holder === undefined) return;
  throw new Error(
    `another local run (process ${holder}) uses ${directory}: stop it, or start this one with --ephemeral and ` +
      `another PORT. If there is no such run, delete ${file}.`,
  );
}

/**
 * Claims a state directory for this process and answers how to release it. Throws when another process that is still
 * alive holds it; a lock whose holder was killed is taken over.
 */
export function lockStateDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  refuseHeldStateDirectory(directory);
  const file = join(directory, lockFile);
  rmSync(file, { force: true });
  writeFileSync(file, String(process.pid), { flag: 'wx' });
  return () => {
    rmSync(file, { force: true });
  };
}

function currentHolder(file: string): number | undefined {
  const pid = Number(readIfPresent(file));
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    const isAlive = error instanceof Error && 'code' in error && error.code === 'EPERM';
    return isAlive ? pid : undefined;
  }
}

function readIfPresent(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
