import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { freePortBlock } from '../../support/free-ports.ts';

/** What `npm start -- --ephemeral` prints when it cannot start, and its exit code. */
async function failedStart(environment: Readonly<Record<string, string>>): Promise<[string, number | null]> {
  const child = spawn(process.execPath, [resolve('bin/local.ts'), '--ephemeral'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [printed, complaint] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return [printed + complaint, child.exitCode];
}

describe('npm start', () => {
  it('names a port that is taken, one of the demo included, before it does anything else', async () => {
    const first = await freePortBlock();
    const port = first + 2;
    const other = createServer();
    other.listen(port, '127.0.0.1');
    await once(other, 'listening');
    const [printed, code] = await failedStart({ PORT: String(first) });
    other.close();
    expect(code).toBe(1);
    expect(printed).toContain(`port ${port} is taken`);
    expect(printed).toMatch(/PORT=\d+ npm start/);
    expect(printed).not.toContain('synthesizing');
  });

  it('refuses a fault that it does not understand before it does anything else', async () => {
    const [printed, code] = await failedStart({ VESTIBULE_FAULTS: 'kms:Sign=burn@1', PORT: '20400' });
    expect(code).toBe(1);
    expect(printed).toContain('VESTIBULE_FAULTS: the kind "burn"');
    expect(printed).not.toContain('synthesizing');
  });
});
