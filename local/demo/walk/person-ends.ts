import { setTimeout as sleep } from 'node:timers/promises';
import type { OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import type { AtWork } from './at-work.ts';
import { setEmployed } from './company-directory.ts';
import { refresh, refreshTokenOf } from './person-refresh.ts';
import type { Walk, WalkAnswer } from './walk-context.ts';

const longestSeconds = 100;
/** Whoever refreshes much more often is told to wait. */
const pauseSeconds = 20;

/** People take back what they granted, and a company its people: either ends what clients hold. */
export async function personEnds(walk: Walk, alice: AtWork, bob: AtWork): Promise<void> {
  const { endpoints, report } = walk;
  report.step('Alice looks at what she allowed, and takes it back');
  alice.client.keep(undefined);
  await alice.authorize('tools:read');
  await alice.signIn();
  const account = `${endpoints.issuer}/account`;
  const hers = new RegExp(alice.name);
  report.check('her page lists the client', hers, await alice.browser.read(account));
  await alice.browser.press(/^Withdraw/, hers);
  const withdrawn = await refresh(walk, alice, refreshTokenOf(alice));
  report.check('the client’s refresh token has ended', 'invalid_grant', String(withdrawn.body['error']));
  alice.client.keep(undefined);
  await alice.authorize('tools:read');
  report.check('and the next time she is asked again', 1, (await alice.signIn()).length);

  report.step('Bob leaves the company');
  report.check('his client refreshes while he is there', 200, (await refreshed(walk, bob)).status);
  await setEmployed(endpoints, 'bob', false);
  walk.undoLater(() => setEmployed(endpoints, 'bob', true));
  report.note('what his company said of him counts for a minute; then it is asked again');
  const gone = await firstRefusal(walk, bob);
  report.check('then a refresh ends it', 'invalid_grant', String(gone.body['error']));
  report.check('and says why', /identity provider/i, String(gone.body['error_description']));
}

/** Refreshes as a client does, and keeps what it gets. */
async function refreshed(walk: Walk, person: AtWork): Promise<WalkAnswer> {
  const answer = await refresh(walk, person, refreshTokenOf(person));
  // What came over the wire is of no type; the MCP SDK judges it when it uses it.
  if (answer.status === 200) person.client.keep(answer.body as unknown as OAuthTokens);
  return answer;
}

async function firstRefusal(walk: Walk, person: AtWork): Promise<WalkAnswer> {
  const end = performance.now() + longestSeconds * 1_000;
  for (;;) {
    const answer = await refreshed(walk, person);
    if (answer.status !== 200 || performance.now() > end) return answer;
    await sleep(pauseSeconds * 1_000);
  }
}
