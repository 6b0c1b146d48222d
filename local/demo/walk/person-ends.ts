import { refresh, refreshTokenOf } from './person-refresh.ts';
import type { AtWork } from './at-work.ts';
import { setEmployed } from './company-directory.ts';
import type { Walk } from './walk-context.ts';

/** People take back what they granted, and a company its people: either ends what clients hold. */
export async function personEnds(walk: Walk, alice: AtWork, bob: AtWork): Promise<void> {
  const { endpoints, report } = walk;
  report.step('Alice looks at what she allowed, and takes it back');
  alice.client.keep(undefined);
  await alice.authorize();
  await alice.signIn();
  const account = `${endpoints.issuer}/account`;
  report.check('her page lists the client', /Notebook/, await alice.browser.read(account));
  await alice.browser.press(/^Withdraw/);
  const withdrawn = await refresh(walk, alice, refreshTokenOf(alice));
  report.check('the client’s refresh token has ended', 'invalid_grant', String(withdrawn.body['error']));
  alice.client.keep(undefined);
  await alice.authorize();
  report.check('and the next time she is asked again', 1, (await alice.signIn()).length);

  report.step('Bob leaves the company');
  bob.client.keep(undefined);
  await bob.authorize();
  await bob.signIn();
  await setEmployed(endpoints, 'bob', false);
  walk.undoLater(() => setEmployed(endpoints, 'bob', true));
  const gone = await refresh(walk, bob, refreshTokenOf(bob));
  report.check('the next refresh of his client ends it', 'invalid_grant', String(gone.body['error']));
  report.check('and says why', /identity provider/i, String(gone.body['error_description']));
}
