import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowser } from '../support/browser-player.ts';
import { startCompany, type Company } from '../support/company.ts';
import { freePortBlock } from '../support/free-ports.ts';

const program = resolve('node_modules/mcp-remote/dist/proxy.js');
const printedUrl = /^(?:.*\s)?(http:\/\/\S*\/authorize\?\S+)/;

let company: Company;
let home: string;

beforeAll(async () => {
  company = await startCompany();
  home = mkdtempSync(join(tmpdir(), 'vestibule-mcp-remote-'));
});
afterAll(async () => {
  await company.stop();
  rmSync(home, { recursive: true, force: true });
});

/** A desktop client that speaks to a program on its own machine, and that program to the server. */
async function desktop(port: number): Promise<{
  readonly client: Client;
  /** What the program would have opened in a browser. */
  readonly asked: readonly string[];
}> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, company.mcpUrl, String(port), '--allow-http', '--transport', 'http-only'],
    env: { HOME: home, MCP_REMOTE_CONFIG_DIR: home, PATH: '' },
    stderr: 'pipe',
  });
  const asked: string[] = [];
  createInterface(transport.stderr as Readable).on('line', (line) => {
    const [, authorizeUrl] = printedUrl.exec(line) ?? [];
    if (authorizeUrl === undefined || asked.includes(authorizeUrl)) return;
    asked.push(authorizeUrl);
    void createBrowser().signIn({ authorizeUrl }).then(fetch);
  });
  const client = new Client({ name: 'desktop', version: '1.0.0' });
  await client.connect(transport);
  return { client, asked };
}

describe('mcp-remote', () => {
  it('signs a person in once, and not again after a restart', { timeout: 60_000 }, async () => {
    const port = await freePortBlock();
    const first = await desktop(port);
    const { tools } = await first.client.listTools();
    expect(tools.map(({ name }) => name)).toContain('list_orders');
    await first.client.close();
    expect(first.asked).toHaveLength(1);

    const second = await desktop(port);
    const { content } = await second.client.callTool({ name: 'list_orders', arguments: {} });
    expect(JSON.stringify(content)).toMatch(/asked by person\.[\w-]{43} through dyn_/);
    await second.client.close();
    expect(second.asked).toEqual([]);
  });
});
