import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startMcpServer } from '../mcp-server.ts';
import { demoEndpoints } from '../tools.ts';
import { vestibule } from './vestibule-command.ts';
import type { Walk } from './walk-context.ts';

const longestSeconds = 5;
const longestStreak = 5;
const pauseMilliseconds = 50;

/** A server that is taken out of the registry cannot be discovered any more, anywhere, within seconds. */
export async function deregistration({
  endpoints,
  report,
  fetch,
  takeExchanges,
  undoLater,
}: Walk): Promise<void> {
  report.step('A new MCP server is registered, and taken out again');
  const { issuer } = endpoints;
  const log = (line: string): void => {
    report.note(line);
  };
  const server = await startMcpServer({ issuer, port: 0, endpoints: demoEndpoints.slice(0, 1), log });
  undoLater(server.stop);
  const id = `demo-${randomBytes(4).toString('hex')}`;
  await vestibule(
    report,
    ...['resource', 'add', id, '--uri', `${server.origin}/mcp`, '--name', 'Temporary'],
    ...['--scope', 'tools:read=List tools and read', '--json'],
  );
  let registered = true;
  undoLater(async () => (registered ? vestibule(report, 'resource', 'remove', id) : undefined));

  const metadata = `${server.origin}/.well-known/oauth-protected-resource/mcp`;
  await waitForStatus(metadata, 200);
  const found = await fetch(metadata);
  report.check('its metadata is served on its own host', 200, found.status);
  report.check('and names the authorization server', new RegExp(`"${issuer}"`), await found.text());

  await vestibule(report, 'resource', 'remove', id);
  registered = false;
  const seconds = await waitForStatus(metadata, 404);
  const gone = await fetch(metadata);
  report.check(`its metadata is gone ${seconds.toFixed(1)} s after its removal`, 404, gone.status);
  takeExchanges();
}

/**
 * Polls without a word until the status stays, whichever instance answers, or every cache must have expired. Resolves
 * with the seconds until it was first there.
 */
async function waitForStatus(url: string, status: number): Promise<number> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  let streak = 0;
  let since = 0;
  while (streak < longestStreak && elapsed() < longestSeconds) {
    const there = (await statusOf(url)) === status;
    if (there && streak === 0) since = elapsed();
    streak = there ? streak + 1 : 0;
    await sleep(pauseMilliseconds);
  }
  return streak > 0 ? since : elapsed();
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}
