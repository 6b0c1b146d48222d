import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { temporaryDirectoryInsidePackage } from '../../support/run-directory.ts';

const source = new URL('../../support/run-directory.ts', import.meta.url).href;

/** A run of tests that leaves something in both places, and says where; then it does `then`. */
async function leftBy(then: string, outside: string): Promise<readonly string[]> {
  const code = `
    const { keepTemporaryFilesTogether, temporaryDirectoryInsidePackage } = await import('${source}');
    const { mkdtempSync } = await import('node:fs');
    const { tmpdir } = await import('node:os');
    const end = keepTemporaryFilesTogether();
    const left = [tmpdir(), temporaryDirectoryInsidePackage()].map((place) => mkdtempSync(place + '/left-'));
    process.stdout.write(JSON.stringify(left), () => { ${then}; });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...process.env, TMPDIR: outside },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return JSON.parse(printed) as readonly string[];
}

describe('the temporary files of a run of tests', () => {
  it('lie in one directory, and are gone when it ends, however its tests end', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    for (const then of ['end()', 'process.exit(1)']) {
      const left = await leftBy(then, outside);
      expect(left).toHaveLength(2);
      expect(left.map((path) => existsSync(path))).toEqual([false, false]);
    }
    expect(readdirSync(outside)).toEqual([]);
  });

  it('are gone with the next run, where nothing of it was left to remove them', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    const left = await leftBy(`process.kill(process.pid, 'SIGKILL')`, outside);
    expect(left.map((path) => existsSync(path))).toEqual([true, true]);
    await leftBy('end()', outside);
    expect(left.map((path) => existsSync(path))).toEqual([false, false]);
  });

  it('are left alone while it goes on', async () => {
    const mine = mkdtempSync(join(temporaryDirectoryInsidePackage(), 'mine-'));
    await leftBy('end()', tmpdir());
    expect(existsSync(mine)).toBe(true);
  });
});
