import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { freePortBlock } from '../support/free-ports.ts';

const program = resolve('node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');
const address = /http:\/\/127\.0\.0\.1:\d+\/?\?MCP_INSPECTOR_API_TOKEN=\S+/;

/** The web application of MCP Inspector, which knows the URL of an MCP server and nothing else. */
export interface Inspector {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts it in a home of its own, so that it remembers nobody. */
export async function startInspector(mcpUrl: string): Promise<Inspector> {
  const port = await freePortBlock();
  const home = mkdtempSync(join(tmpdir(), 'vestibule-inspector-'));
  const child = spawn(process.execPath, [program, '--web', '--transport', 'http', '--server-url', mcpUrl], {
    env: {
      ...{ HOME: home, PATH: process.env['PATH'] ?? '', MCP_AUTO_OPEN_ENABLED: 'false' },
      ...{ CLIENT_PORT: String(port), MCP_SANDBOX_PORT: String(port + 1) },
      MCP_INSPECTOR_SECRET_STORE: 'memory',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
    rmSync(home, { recursive: true, force: true });
  };
  for await (const line of createInterface(child.stdout)) {
    const [url] = address.exec(line) ?? [];
    if (url === undefined) continue;
    child.stdout.resume();
    return { url, stop };
  }
  await stop();
  throw new Error('MCP Inspector ended before it was ready');
}
