import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { freePortBlock, steadyPortBlock } from '../../support/free-ports.ts';

const source = new URL('../../support/free-ports.ts', import.meta.url).href;
const ask = `const { steadyPortBlock } = await import('${source}');
  console.log(await steadyPortBlock());
  setTimeout(() => {}, 60_000);`;
const others: (() => void)[] = [];
afterEach(() => {
  for (const end of others.splice(0)) end();
});

/** Another test process of this checkout, which lives until the test is over. */
async function blockOfAnother(): Promise<number> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', ask], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  others.push(() => child.kill());
  const [printed] = (await once(child.stdout, 'data')) as [Buffer];
  return Number(printed.toString());
}

describe('ports of tests that run at once', () => {
  it('are never the same, before anybody listens at one', async () => {
    const blocks = await Promise.all([steadyPortBlock(), blockOfAnother(), blockOfAnother()]);
    const sorted = blocks.toSorted((one, other) => one - other);
    expect(sorted[1]! - sorted[0]!).toBeGreaterThanOrEqual(4);
    expect(sorted[2]! - sorted[1]!).toBeGreaterThanOrEqual(4);
  });

  it('are the same for one process, as long as they are free', async () => {
    expect(await steadyPortBlock()).toBe(await steadyPortBlock());
  });

  it('are others each time, for one process too that has not yet taken what it was given', async () => {
    const blocks = [];
    for (let asked = 0; asked < 16; asked += 1) blocks.push(await freePortBlock());
    blocks.push(await steadyPortBlock());
    expect(new Set(blocks)).toHaveLength(17);
  });

  it('come back to who had them, so that one process does not end up with all', async () => {
    const blocks = new Set<number>();
    for (let asked = 0; asked < 40; asked += 1) blocks.add(await freePortBlock());
    expect(blocks.size).toBeLessThan(20);
  });
});
