import * as v from 'valibot';
import type { AtWork } from './at-work.ts';
import { refresh, refreshTokenOf } from './person-refresh.ts';
import { untilRefused } from './until-refused.ts';
import type { Walk } from './walk-context.ts';

const metadataSchema = v.object({ end_session_endpoint: v.string() });
const leave = /^Sign out of the company/;

/** A logout ends an agent: what it holds in a person's name stops, whether she leaves by way of it or at her company. */
export async function personSignsOut(walk: Walk, alice: AtWork): Promise<void> {
  const { endpoints, report, fetch, takeExchanges } = walk;
  report.step('Alice signs out in her client, and everywhere behind it');
  const first = await freshToken(walk, alice);
  const metadata = await fetch(`${endpoints.issuer}/.well-known/oauth-authorization-server`);
  const { end_session_endpoint: endSession } = v.parse(metadataSchema, await metadata.json());
  const state = 'where-she-was';
  const shown = await alice.browser.read(alice.signOutUrl(endSession, state));
  report.check('she is at her company, which asks her', /Sign out of the company/, shown);
  await alice.browser.press(leave);
  report.check('and comes back to her client', state, alice.answer().get('state') ?? 'without its state');
  await stopped(walk, alice, first);

  report.step('Alice signs out at her company, and never comes near the agent');
  const second = await freshToken(walk, alice);
  report.note(`→ in Chromium, as alice: ${endpoints.idp}/session/end`);
  await alice.browser.read(`${endpoints.idp}/session/end`);
  const done = await alice.browser.press(leave);
  report.check('her company knows nothing of the agent', /You are signed out of the company/, done);
  await stopped(walk, alice, second);
  takeExchanges();
}

async function freshToken({ report }: Walk, alice: AtWork): Promise<string> {
  alice.client.keep(undefined);
  await alice.authorize('openid tools:read');
  await alice.signIn();
  const token = alice.client.tokens()?.access_token ?? '';
  report.check('the agent has a token in her name', /^ey/, token.slice(0, 2));
  return token;
}

async function stopped(walk: Walk, alice: AtWork, token: string): Promise<void> {
  const { endpoints, report } = walk;
  const ended = await refresh(walk, alice, refreshTokenOf(alice));
  report.check('the agent gets no new one', 'invalid_grant', String(ended.body['error']));
  report.check('and reads why', /signed out/, String(ended.body['error_description']));
  const seconds = await untilRefused(endpoints.mcp, token);
  report.check(
    `the MCP server refuses the one it had ${seconds.toFixed(0)} s later`,
    'in 30 s',
    seconds < 30 ? 'in 30 s' : 'later',
  );
}
