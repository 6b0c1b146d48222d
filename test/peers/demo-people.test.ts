import { afterAll, describe, expect, it } from 'vitest';
import { demoRun } from '../support/demo-run.ts';
import { freePortBlock } from '../support/free-ports.ts';

const run = demoRun();

afterAll(run.end);

describe('the demo in Chromium', () => {
  it(
    'walks what people do against what npm start runs, and shows no secret',
    { timeout: 180_000 },
    async () => {
      await run.start(await freePortBlock());
      const { code, stdout, stderr } = await run.demo('--only', 'people');
      expect(stderr).toBe('');
      expect(stdout).toContain('Everything went as promised.');
      expect(stdout).not.toMatch(/eyJ[\w-]{20,}/);
      expect(code).toBe(0);
    },
  );
});
