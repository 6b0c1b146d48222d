import { randomBytes } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { type Agent, InteractionRequired } from '../../../lambdas/agent/index.ts';
import { atWork, type AtWork } from './at-work.ts';
import { openBrowser, type PersonsBrowser, startChromium } from './chromium.ts';
import { plannerAgent } from './planner.ts';
import { Surprise } from './report.ts';
import type { Walk } from './walk-context.ts';

const issues = '/api/projects/demo/issues';

/** The planner keeps Alice's issues at a third party, and never has what it could do so with by itself. */
export async function egress(walk: Walk): Promise<void> {
  const { origin } = new URL(walk.endpoints.mcp);
  const chromium = await startChromium();
  try {
    const alice = await lettingItPlan(walk, chromium, `${origin}/agents/planner`);
    const browser = await openBrowser(chromium);
    try {
      await withoutAccount(walk, browser);
      const planner = await plannerAgent(walk);
      const tracker = planner.onBehalfOf(tokenOf(alice)).thirdParty('tracker');
      const page = await needsHer(walk, tracker);
      await connects(walk, browser, page);
      await calls(walk, tracker);
      await disconnects(walk, browser, planner, tokenOf(alice));
    } finally {
      await Promise.all([alice.leave(), browser.close()]);
    }
  } finally {
    await chromium.close();
  }
}

type Tracker = ReturnType<ReturnType<Agent['onBehalfOf']>['thirdParty']>;

async function lettingItPlan(walk: Walk, chromium: Browser, server: string): Promise<AtWork> {
  walk.report.step('Alice lets her client have the planner plan');
  const name = `Notebook ${randomBytes(2).toString('hex')}`;
  const alice = await atWork(walk, chromium, { user: 'alice', name, by: 'registration', server });
  walk.report.check('her client needs her', 'REDIRECT', await alice.authorize('plan'));
  await alice.signIn();
  walk.takeExchanges();
  return alice;
}

/** An earlier walk that was interrupted may have left one. */
async function withoutAccount({ endpoints }: Walk, browser: PersonsBrowser): Promise<void> {
  await browser.read(`${endpoints.issuer}/account`);
  const page = await browser.press(/^Sign in as alice/i);
  if (page.includes('Disconnect')) await browser.press(/^Disconnect/);
}

async function needsHer({ report, takeExchanges }: Walk, tracker: Tracker): Promise<string> {
  report.step('The planner wants to see her issues at a tracker that nobody at the company runs');
  const asked = await tracker.fetch(issues).catch((error: unknown) => error);
  if (!(asked instanceof InteractionRequired) || asked.uri === undefined) {
    throw new Surprise(`no word of whom it needs: ${String(asked)}`);
  }
  const { message, uri } = asked;
  report.note(`${message}\n   ${uri}`);
  report.check('she has to connect her account first', '/connect/tracker', new URL(uri).pathname);
  takeExchanges();
  return uri;
}

async function connects({ endpoints, report }: Walk, browser: PersonsBrowser, page: string): Promise<void> {
  report.step('Alice opens that page, and connects her account');
  const consent = await browser.read(page);
  report.check('it says which agent', /planner/i, consent);
  report.check('and what that may do', /See your issues/, consent);
  await browser.press(/^Connect/);
  const done = await browser.press(/^Approve as alice-dev/);
  report.check('her account is connected', /connected/i, done);
  report.check('the tracker knows of it', 1, await appsAt(endpoints.tracker));
}

async function calls({ report, takeExchanges }: Walk, tracker: Tracker): Promise<void> {
  report.step('The planner works there, through the proxy');
  const listed = await tracker.fetch(issues);
  report.check('it sees her issues', /coffee machine/, await listed.text());
  const made = await tracker.fetch(issues, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'Order new beans' }),
  });
  report.check('and writes one in her name', 201, made.status);
  report.check('as the account that she connected', /alice-dev/, await made.text());
  const refused = await tracker.fetch(`${issues}/1`, { method: 'DELETE' });
  report.check('nobody let it remove any', 403, refused.status);
  report.check('the proxy says so in words', /no scope of this third party/, await refused.text());
  const still = await tracker.fetch(issues);
  report.check('and the tracker never heard of it', /coffee machine/, await still.text());
  takeExchanges();
}

async function disconnects(
  { endpoints, report, takeExchanges }: Walk,
  browser: PersonsBrowser,
  planner: Agent,
  token: string,
): Promise<void> {
  report.step('Alice disconnects her account');
  await browser.read(`${endpoints.issuer}/account`);
  const page = await browser.press(/^Disconnect/);
  report.check('her page says so', /disconnected|revoked/i, page);
  report.check('the tracker has revoked it', 0, await appsAt(endpoints.tracker));
  await report.refused('and the planner needs her again', /InteractionRequired/, () =>
    planner.onBehalfOf(token).thirdParty('tracker').fetch(issues),
  );
  takeExchanges();
}

/** What the tracker itself says of apps with access to accounts there. */
async function appsAt(tracker: string): Promise<number> {
  const answer = await fetch(`${tracker}/apps`);
  const { apps_with_access: apps } = (await answer.json()) as { readonly apps_with_access: number };
  return apps;
}

function tokenOf(alice: AtWork): string {
  const token = alice.client.tokens()?.access_token;
  if (token === undefined) throw new Surprise('her client has no token');
  return token;
}
