import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DownstreamAnswer, DownstreamQuestion } from '../../lambdas/ports/downstream.ts';
import type { GrantId, IdpId } from '../../lambdas/runtime/identifiers.ts';
import { federationSecret } from '../../local/demo/federation-secret.ts';
import { config as example } from '../../vestibule.config.ts';
import { asker, random } from '../spec/support/downstream-driver.ts';
import { createBrowser } from '../support/browser-player.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';
import { freePortBlock } from '../support/free-ports.ts';
import { type Keycloak, startKeycloak } from './keycloak.ts';

const idp = 'company' as IdpId;
let deployment: TestDeployment;
let keycloak: Keycloak;
let ask: (question: DownstreamQuestion) => Promise<DownstreamAnswer>;

beforeAll(async () => {
  const port = await freePortBlock();
  deployment = await startDeployment({
    port,
    config: {
      ...example,
      identityProviders: [
        {
          ...{ id: idp, issuer: `http://localhost:${port + 2}/realms/company`, clientId: 'vestibule' },
          groupsClaim: 'groups',
        },
      ],
      roles: [{ id: 'engineering', groups: { company: ['engineering'] }, scopes: { demo: ['tools:write'] } }],
    },
  });
  ask = asker(deployment);
  keycloak = await startKeycloak({
    port: port + 2,
    clientSecret: await federationSecret(deployment.run, idp),
    redirectUri: `${deployment.issuer}/callback/${idp}`,
  });
}, 320_000);

afterAll(async () => {
  keycloak.stop();
  await deployment.stop();
});

/** From the redirect over Keycloak's own pages to what came of the callback. */
async function signIn(user: string, keepFor?: string): Promise<DownstreamAnswer> {
  const [state, nonce, codeVerifier] = [random(), random(), `${random()}${random()}`];
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  const start = { state, nonce, codeChallenge, wishes: { maxAge: 3_600 }, offline: keepFor !== undefined };
  const begun = await ask({ ask: 'begin', idp, start });
  if (begun.told !== 'begun') throw new Error(JSON.stringify(begun));
  const back = await throughPages(begun.url, user);
  return ask({
    ask: 'complete',
    idp,
    back: {
      ...{ query: back.searchParams.toString(), state, nonce, codeVerifier, maxAge: 3_600 },
      ...(keepFor !== undefined && { keepFor: keepFor as GrantId }),
    },
  });
}

/** Where Keycloak sends the browser of a person who types their name and password. */
async function throughPages(url: string, user: string): Promise<URL> {
  const client = new URL(`${deployment.issuer}/callback/${idp}`);
  const browser = createBrowser();
  const login = await browser.open(url, client);
  if (login.kind === 'left') return login.url;
  const form = login.page.forms.find(({ inputs }) => inputs.some(({ type }) => type === 'password'));
  if (form === undefined) throw new Error(login.page.text);
  const fields = { username: user, password: user };
  const back = await browser.press(login.page, form, form.buttons[0], { fields, client });
  if (back.kind === 'page') throw new Error(back.page.text);
  return back.url;
}

/** What Keycloak says of the person a good minute later. */
async function standingLater(grant: string): Promise<unknown> {
  deployment.run.clock.advance(61);
  const answer = await ask({ ask: 'standing', idp, grant: grant as GrantId });
  return answer.told === 'standing' ? answer.standing : answer;
}

test('signs people in through its own pages, and tells their groups', async () => {
  expect(await signIn('alice')).toMatchObject({
    told: 'signed_in',
    signedIn: {
      person: {
        ...{ idp, name: 'Alice Adams', preferredUsername: 'alice', groups: ['engineering'] },
        ...{ email: 'alice@example.com', emailVerified: true },
      },
      authTime: expect.any(Number) as number,
      keptUpstream: false,
    },
  });
  const [one, again, other] = [await signIn('bob'), await signIn('bob'), await signIn('alice')].map(
    (answer) => (answer.told === 'signed_in' ? answer.signedIn.person.id : ''),
  );
  expect(one).toMatch(/^person\./);
  expect([again, other]).toEqual([one, expect.not.stringMatching(one ?? '') as string]);
});

test('is asked whether a person stands, whose tokens it rotates, and whose groups change', async () => {
  const grant = random();
  expect(await signIn('alice', grant)).toMatchObject({ signedIn: { keptUpstream: true } });
  expect(await standingLater(grant)).toEqual({ kind: 'stands', groups: ['engineering'] });
  await keycloak.setGroups('alice', ['support']);
  expect(await standingLater(grant)).toEqual({ kind: 'stands', groups: ['support'] });
  await keycloak.setGroups('alice', []);
  expect(await standingLater(grant)).toEqual({ kind: 'stands', groups: [] });
});

test('ends what was granted by somebody whom an administrator disables', async () => {
  const grant = random();
  await signIn('bob', grant);
  expect(await standingLater(grant)).toMatchObject({ kind: 'stands' });
  await keycloak.setEnabled('bob', false);
  expect(await standingLater(grant)).toEqual({ kind: 'ended', reason: 'upstream_refused' });
  await keycloak.setEnabled('bob', true);
  expect(await standingLater(grant)).toEqual({ kind: 'ended', reason: 'upstream_refused' });
});
