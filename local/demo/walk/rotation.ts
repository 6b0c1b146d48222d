import { setTimeout } from 'node:timers/promises';
import { decodeProtectedHeader } from 'jose';
import * as v from 'valibot';
import { clientSecret } from './client-secret.ts';
import type { Report } from './report.ts';
import { requestToken } from './token-request.ts';
import { vestibule } from './vestibule-command.ts';
import type { Walk } from './walk-context.ts';

const ringSchema = v.object({
  keys: v.array(
    v.object({
      kid: v.string(),
      state: v.picklist(['active', 'announced', 'retiring', 'gone']),
      signs_from: v.optional(v.string()),
    }),
  ),
});

type Ring = v.InferOutput<typeof ringSchema>;

/** An operator has the next key sign, in the middle of everything; nobody else notices. */
export async function rotation(walk: Walk): Promise<void> {
  const { endpoints, report, fetch, takeExchanges } = walk;
  report.step('An operator rotates the signing keys');
  const planner = {
    clientId: 'planner-client',
    clientSecret: await clientSecret(endpoints, 'planner-client'),
  };
  const newToken = (): Promise<string> => requestToken(walk, planner, { resource: endpoints.mcp });
  const call = async (token: string): Promise<number> => {
    const headers = {
      ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      accept: 'application/json, text/event-stream',
    };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const response = await fetch(endpoints.mcp, { method: 'POST', headers, body });
    await response.body?.cancel();
    return response.status;
  };
  const before = await newToken();
  const rotated = await ring(report, 'keys', 'rotate', '--json');
  const next = rotated.keys.find((key) => key.state === 'announced' && key.signs_from !== undefined);
  const wait = Date.parse(next?.signs_from ?? '') - Date.now() + 1_000;
  report.note(
    `the standby takes over when every instance knows of it, in ${Math.ceil(wait / 1_000)} seconds`,
  );
  await setTimeout(Math.max(0, wait));

  const after = await newToken();
  report.check('the new token is signed by the next key', next?.kid ?? '', kidOf(after));
  report.check(
    'which did not sign the one from before',
    'another',
    kidOf(before) === next?.kid ? 'the same' : 'another',
  );
  report.check('the MCP server takes the token from after', 200, await call(after));
  report.check('and the one from before', 200, await call(before));
  const states = (await ring(report, 'keys', '--json')).keys.map(({ state }) => state).join(' ');
  report.check('one key signs, one waits, one verifies what it signed', /^active announced retiring/, states);
  const published = await (await fetch(`${endpoints.issuer}/.well-known/jwks.json`)).text();
  report.check(
    'verifiers find the old key beside the new one',
    /present/,
    published.includes(kidOf(before)) ? 'present' : 'absent',
  );
  takeExchanges();
}

async function ring(report: Report, ...command: readonly string[]): Promise<Ring> {
  return v.parse(ringSchema, JSON.parse(await vestibule(report, ...command)));
}

function kidOf(token: string): string {
  return decodeProtectedHeader(token).kid ?? '';
}
