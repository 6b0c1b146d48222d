import { afterAll, expect, it } from 'vitest';
import { demoRun } from '../support/demo-run.ts';
import { freePortBlock } from '../support/free-ports.ts';

const run = demoRun();

afterAll(run.end);

it(
  'walks two hours of jobs in a run whose clock it moves, and shows no token and no handle',
  {
    timeout: 240_000,
  },
  async () => {
    await run.start(await freePortBlock(), '--fast-clock');
    const { code, stdout, stderr } = await run.demo('--fast-clock');
    expect(stderr).toBe('');
    expect(stdout).toContain('hers cannot be renewed now');
    expect(stdout.match(/outlived six of them, and no call was refused/g)).toHaveLength(2);
    expect(stdout).toContain('Everything went as promised.');
    expect(stdout).not.toMatch(/eyJ[\w-]{20,}/);
    expect(stdout).not.toMatch(/[\w-]{22}\.[\w-]{43}/);
    expect(code).toBe(0);
  },
);
