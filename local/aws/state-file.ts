import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A JSON value that survives `kill -9`: what was committed is on the disk before `commit` resolves. */
export interface StateFile<State> {
  readonly state: State;
  readonly commit: () => Promise<void>;
}

/** Without a path, nothing is kept. The file is readable by its owner only. */
export function openStateFile<State extends object>(
  path: string | undefined,
  empty: State,
): StateFile<State> {
  if (path === undefined) return { state: empty, commit: () => Promise.resolve() };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const state = existsSync(path) ? { ...empty, ...read(path) } : empty;
  return { state, commit: groupCommit(() => replaceFile(path, JSON.stringify(state))) };
}

function read(path: string): object {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as object;
  } catch (cause) {
    throw new Error(`${path} is not readable state of a local run. Remove it to start afresh.`, { cause });
  }
}

/** Commits that arrive while one is being written share the next: one fsync for all of them. */
function groupCommit(write: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        running = write();
        return running;
      });
    return next;
  };
}

async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.next`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
