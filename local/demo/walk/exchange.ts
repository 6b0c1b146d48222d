import { decodeJwt } from 'jose';
import type { Browser } from 'playwright-core';
import { clientSecretPost, createAgent, type Agent } from '../../../lambdas/agent/index.ts';
import { atWork, type AtWork } from './at-work.ts';
import { exchangesIn, type ExchangedEvent } from './audit-trail.ts';
import { startChromium } from './chromium.ts';
import { clientSecret } from './client-secret.ts';
import { connect } from './mcp-client.ts';
import { plannerAgent } from './planner.ts';
import { Surprise } from './report.ts';
import { listTools, untilRefused } from './until-refused.ts';
import type { Walk } from './walk-context.ts';

/** Where the agents of the demo company answer. */
interface Places {
  readonly planner: string;
  readonly analyst: string;
}

/** A person asks an agent, which asks another, which calls the MCP server: all in her name, each through itself. */
export async function exchange(walk: Walk): Promise<void> {
  const { origin } = new URL(walk.endpoints.mcp);
  const places = { planner: `${origin}/agents/planner`, analyst: `${origin}/agents/analyst` };
  const chromium = await startChromium();
  try {
    const alice = await signedIn(walk, chromium, places);
    try {
      await chain(walk, alice, places);
      auditTrail(walk, alice, places);
      await laundering(walk, alice, places);
      await parentEnds(walk, alice, places);
    } finally {
      await alice.leave();
    }
  } finally {
    await chromium.close();
  }
}

async function signedIn(walk: Walk, chromium: Browser, places: Places): Promise<AtWork> {
  walk.report.step(`Alice gives ${places.planner} to her client, and signs in`);
  const options = { user: 'alice', name: 'Notebook', by: 'registration', server: places.planner } as const;
  const alice = await atWork(walk, chromium, options);
  walk.report.check('her client needs her', 'REDIRECT', await alice.authorize('plan'));
  await alice.signIn();
  const { aud, scope } = decodeJwt<{ readonly scope?: string }>(tokenOf(alice));
  walk.report.check('its token is for the planner', places.planner, String(aud));
  walk.report.check('and lets her have it plan', 'plan', scope);
  return alice;
}

async function chain(walk: Walk, alice: AtWork, places: Places): Promise<void> {
  const { report, fetch, takeExchanges } = walk;
  report.step('She has the planner plan; it asks the analyst, who asks the MCP server');
  const session = await connect(places.planner, alice.client.provider, fetch);
  const answer = await session.call('plan', { question: 'what is open' });
  await session.close();
  report.note(answer.replaceAll(personOf(alice), 'alice'));
  report.check('the planner was asked by her client', /^person\.[\w-]{43} through \S+ asked/, answer);
  report.check(
    'the analyst by her, via the planner',
    /The analyst: person\.[\w-]{43}, via planner asked/,
    answer,
  );
  report.check(
    'the MCP server by her, via planner, via analyst',
    /open orders.*asked by person\.[\w-]{43}, via planner, via analyst\)/,
    answer,
  );
  takeExchanges();
}

function auditTrail({ endpoints, report }: Walk, alice: AtWork, places: Places): void {
  report.step('The audit trail tells who acted for whom');
  const trail = exchangesIn(endpoints);
  const from = (jti: string | undefined): ExchangedEvent => {
    const found = trail.find(({ parentJti }) => parentJti === jti);
    if (found === undefined) throw new Surprise(`nothing was exchanged from the token ${String(jti)}`);
    return found;
  };
  const first = from(decodeJwt(tokenOf(alice)).jti);
  const second = from(first.jti);
  for (const { via, resource } of [first, second]) {
    report.note(`${['alice', ...via].join(', via ')} → ${resource}`);
  }
  report.check('in her name', personOf(alice), second.subject.id);
  report.check('the planner, for the analyst', `planner → ${places.analyst}`, told(first));
  report.check('the planner and then the analyst', `planner, analyst → ${endpoints.mcp}`, told(second));
}

async function laundering(walk: Walk, alice: AtWork, places: Places): Promise<void> {
  const { endpoints, report } = walk;
  report.step('The token that Alice sent the planner is worth nothing to others');
  const [planner, analyst] = [await plannerAgent(walk), await analystAgent(walk)];
  const stolen = tokenOf(alice);
  await report.refused('the analyst was not sent it', /TokenRefused: .* invalid_request/, () =>
    analyst.onBehalfOf(stolen).token(endpoints.mcp),
  );
  await report.refused(
    'the planner has nothing to do at the MCP server',
    /TokenRefused: .* invalid_target/,
    () => planner.onBehalfOf(stolen).token(endpoints.mcp),
  );
  await report.refused(
    'and gets no more of the analyst than it may have',
    /TokenRefused: .* invalid_scope/,
    () => planner.onBehalfOf(stolen).token(places.analyst, { scope: 'ask everything' }),
  );
  const listed = await listTools(walk.fetch, endpoints.mcp, stolen);
  report.check('the MCP server does not take it', 401, listed.status);
  walk.takeExchanges();
}

async function parentEnds(walk: Walk, alice: AtWork, places: Places): Promise<void> {
  const { endpoints, report, fetch } = walk;
  report.step('Alice’s client ends her token, and with it ends all that came of it');
  const [planner, analyst] = [await plannerAgent(walk), await analystAgent(walk)];
  const asked = await planner.onBehalfOf(tokenOf(alice)).token(places.analyst);
  const last = await analyst.onBehalfOf(asked.value).token(endpoints.mcp);
  report.check(
    'the MCP server takes the last',
    200,
    (await listTools(fetch, endpoints.mcp, last.value)).status,
  );
  const revoked = await fetch(`${endpoints.issuer}/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: alice.client.clientId() ?? '', token: tokenOf(alice) }),
  });
  report.check('the first is revoked', 200, revoked.status);
  // An agent of its own: this one keeps nothing yet.
  const anew = await plannerAgent(walk);
  await report.refused('nothing is exchanged for it any more', /TokenRefused: .* invalid_request/, () =>
    anew.onBehalfOf(tokenOf(alice)).token(places.analyst),
  );
  await report.refused('nor for what came of it', /TokenRefused: .* invalid_request/, () =>
    analyst.onBehalfOf(asked.value).token(endpoints.mcp, { scope: 'tools:read' }),
  );
  const seconds = await untilRefused(endpoints.mcp, last.value);
  const refused = await listTools(fetch, endpoints.mcp, last.value);
  const promise = `the MCP server refuses the last ${seconds.toFixed(0)} s later, from the feed of ends`;
  report.check(promise, 401, refused.status);
  walk.takeExchanges();
}

async function analystAgent({ endpoints, fetch }: Walk): Promise<Agent> {
  const secret = await clientSecret(endpoints, 'analyst-client');
  return createAgent({ issuer: endpoints.issuer, client: clientSecretPost('analyst-client', secret), fetch });
}

function tokenOf(alice: AtWork): string {
  const token = alice.client.tokens()?.access_token;
  if (token === undefined) throw new Surprise('her client has no token');
  return token;
}

function personOf(alice: AtWork): string {
  return String(decodeJwt(tokenOf(alice)).sub);
}

function told({ via, resource }: ExchangedEvent): string {
  return `${via.join(', ')} → ${resource}`;
}
