import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Keeps a process, all its threads included, on one processor; false where this machine cannot. */
export function pinTo(processor: number, pid: number): boolean {
  if (availableParallelism() < 2) return false;
  return (
    spawnSync('taskset', ['-a', '-c', '-p', String(processor), String(pid)], { stdio: 'ignore' }).status === 0
  );
}
