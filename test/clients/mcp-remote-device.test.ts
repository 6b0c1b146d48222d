import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsSince, pageOf, press } from '../spec/support/people.ts';
import { sendCode } from '../spec/support/devices.ts';
import { createBrowser } from '../support/browser-player.ts';
import { type Company, startCompany } from '../support/company.ts';

const program = resolve('node_modules/mcp-remote/dist/client.js');

let company: Company;
let home: string;

beforeAll(async () => {
  company = await startCompany();
  home = mkdtempSync(join(tmpdir(), 'vestibule-mcp-remote-device-'));
});
afterAll(async () => {
  await company.stop();
  rmSync(home, { recursive: true, force: true });
});

/** On a server without a browser; `told` hears each link that it prints. */
async function commandLine(
  told: (link: string) => void,
): Promise<{ readonly code: number; readonly printed: string }> {
  const parameters = [company.mcpUrl, '--device-code', '--allow-http', '--transport', 'http-only'];
  const child = spawn(process.execPath, [program, ...parameters], {
    env: { HOME: home, MCP_REMOTE_CONFIG_DIR: home, PATH: '' },
    // The end of its input is the end of the program.
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      const [link] = /http:\/\/\S+\/device\?user_code=\S+/.exec(line) ?? [];
      if (link !== undefined) told(link);
    });
  }
  const [code] = (await once(child, 'close')) as [number];
  return { code, printed: lines.join('\n') };
}

/** The person, at another machine: Go on, Yes, Allow, and their identity provider. */
async function person(link: string, decision: 'allow' | 'deny'): Promise<string> {
  const browser = createBrowser();
  const asked = pageOf(await sendCode(browser, pageOf(await browser.open(link))));
  const next = pageOf(await press(browser, asked, decision));
  if (decision === 'deny') return next.text;
  const who = pageOf(await press(browser, next, 'allow'));
  return pageOf(await press(browser, who, 'alice')).text;
}

describe('mcp-remote --device-code', () => {
  it(
    'registers, shows a code, lists the tools, and asks nobody a second time',
    { timeout: 90_000 },
    async () => {
      const from = company.log.length;
      const ends: Promise<string>[] = [];
      const first = await commandLine((link) => ends.push(person(link, 'allow')));
      expect(await Promise.all(ends)).toEqual([expect.stringContaining('You can go back to your device')]);
      expect(first.printed).toContain('list_orders');
      expect(first.code).toBe(0);
      const events = eventsSince(company, from).map(({ event }) => event);
      expect(events).toEqual(expect.arrayContaining(['device_began', 'authorization_granted']));

      const second = await commandLine((link) => ends.push(Promise.resolve(link)));
      expect(second.printed).toContain('list_orders');
      expect(ends).toHaveLength(1);
    },
  );

  it('ends where the person says no', { timeout: 60_000 }, async () => {
    rmSync(home, { recursive: true, force: true });
    const ends: Promise<string>[] = [];
    const { code, printed } = await commandLine((link) => ends.push(person(link, 'deny')));
    expect(await Promise.all(ends)).toEqual([expect.stringContaining('Nothing was allowed')]);
    expect(printed).toContain('Authorization was denied');
    expect(code).toBe(1);
  });
});
