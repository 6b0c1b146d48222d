import { afterAll, describe, expect, it } from 'vitest';
import { demoRun } from '../support/demo-run.ts';
import { freePortBlock } from '../support/free-ports.ts';

const run = demoRun();

afterAll(run.end);

describe('the demo', () => {
  it('says how to start when nothing runs', async () => {
    const { code, stderr } = await run.demo();
    expect(code).toBe(1);
    expect(stderr).toContain('npm start');
  });

  it(
    'walks what agents do against what npm start runs, and shows no secret',
    { timeout: 120_000 },
    async () => {
      const port = await freePortBlock();
      expect(await run.start(port)).toBe(`ready http://localhost:${port}`);
      const { code, stdout, stderr } = await run.demo('--only', 'agents');
      expect(stderr).toBe('');
      expect(stdout).toContain('Everything went as promised.');
      expect(stdout).not.toMatch(/eyJ[\w-]{20,}/);
      expect(code).toBe(0);
    },
  );

  it('walks what takes longer than a token lives, and shows no handle', { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await run.demo('--only', 'tasks');
    expect(stderr).toBe('');
    expect(stdout).toContain('Everything went as promised.');
    expect(stdout).not.toMatch(/eyJ[\w-]{20,}/);
    expect(stdout).not.toMatch(/[\w-]{22}\.[\w-]{43}/);
    expect(code).toBe(0);
  });

  it('says how to start a run in which hours may pass, where they may not', async () => {
    const { code, stderr } = await run.demo('--fast-clock');
    expect(code).toBe(1);
    expect(stderr).toContain('npm start -- --fast-clock');
  });
});
