import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoRun } from '../support/demo-run.ts';
import { freePortBlock } from '../support/free-ports.ts';

const run = demoRun();

beforeAll(async () => {
  await run.start(await freePortBlock());
});
afterAll(run.end);

describe('the demo in Chromium', () => {
  it.each([
    ['what people do', 'people'],
    ['how a program without a browser is let in', 'device'],
    ['how agents act for a person', 'exchange'],
  ])('walks %s against what npm start runs, and shows no secret', { timeout: 180_000 }, async (_, part) => {
    const { code, stdout, stderr } = await run.demo('--only', part);
    expect(stderr).toBe('');
    expect(stdout).toContain('Everything went as promised.');
    expect(stdout).not.toMatch(/eyJ[\w-]{20,}/);
    // A device code, and any token of the same making.
    expect(stdout).not.toMatch(/[\w-]{43}\.[\w-]{43}/);
    expect(code).toBe(0);
  });
});
