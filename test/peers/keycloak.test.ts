import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DownstreamAnswer, DownstreamQuestion } from '../../lambdas/ports/downstream.ts';
import type { GrantId, IdpId } from '../../lambdas/runtime/identifiers.ts';
import { federationSecret } from '../../local/demo/federation-secret.ts';
import { config as example } from '../../vestibule.config.ts';
import { asker, random } from '../spec/support/downstream-driver.ts';
import { type Answer, drive } from '../spec/support/driver.ts';
import { eventsSince, hosted, peoplesClients, requestOf, verifier } from '../spec/support/people.ts';
import { bye, withWaysOut } from '../spec/support/signing-out.ts';
import { createBrowser } from '../support/browser-player.ts';
import type { Company } from '../support/company.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';
import { freePortBlock } from '../support/free-ports.ts';
import { type Keycloak, startKeycloak } from './keycloak-company.ts';

const idp = 'company' as IdpId;
let deployment: TestDeployment;
let company: Company;
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
      clients: withWaysOut({ ...example, clients: [...example.clients, ...peoplesClients] }).clients,
      roles: [
        { id: 'everyone', groups: 'everyone', scopes: { demo: ['tools:read'] } },
        { id: 'engineering', groups: { company: ['engineering'] }, scopes: { demo: ['tools:write'] } },
      ],
    },
  });
  ask = asker(deployment);
  company = { ...deployment, mcpUrl: example.resources[0].uri, idpUrl: `http://localhost:${port + 2}` };
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
      ...{ query: back.searchParams.toString(), state, nonce, codeVerifier },
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

// First, while the clock of the run, which tests put forward, is that of Keycloak still.
test('tells of those who sign out there, and what agents hold in their name ends', async () => {
  const browser = createBrowser();
  const [here, elsewhere] = [await tokensOf('bob', browser), await tokensOf('bob')];
  await nextSecond();
  const asked = await browser.open(`${keycloak.issuer}/protocol/openid-connect/logout?client_id=vestibule`);
  if (asked.kind !== 'page') throw new Error(asked.url.href);
  const from = deployment.log.length;
  const form = asked.page.forms[0]!;
  await browser.press(asked.page, form, form.buttons[0]);
  expect(eventsSince(company, from)).toContainEqual(
    expect.objectContaining({ event: 'signed_out_upstream', idp, grants: 1 }),
  );
  const refused = await refresh(here);
  expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect(refused.body['error_description']).toContain('signed out');
  // Another session of the same person, at another browser.
  expect(await refresh(elsewhere)).toMatchObject({ status: 200 });
});

test('signs out who signs out here, without a question, and sends them on to the client', async () => {
  const browser = createBrowser();
  const tokens = await tokensOf('carol', browser);
  await nextSecond();
  const query = new URLSearchParams({
    ...{ id_token_hint: String(tokens.body['id_token']), post_logout_redirect_uri: bye, state: 'of-desk' },
  });
  const back = await browser.open(`${company.issuer}/logout?${query.toString()}`, new URL(bye));
  expect(back.kind === 'left' && back.url.href).toBe(`${bye}?state=of-desk`);
  expect(await refresh(tokens)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  const { pages } = await browser.walk({ authorizeUrl: requestOf(company, everything), user: 'carol' });
  expect(pages.map(({ url }) => url.origin)).toEqual([company.issuer, company.idpUrl]);
});

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
  // It tells no end of an offline token, which it forgets after 30 days of nobody asking.
  const stands = (groups: readonly string[]) => ({
    ...{ kind: 'stands', groups },
    askBy: expect.closeTo(deployment.run.clock.now() / 1_000 + 30 * 86_400, -2) as number,
  });
  expect(await signIn('alice', grant)).toMatchObject({ signedIn: { keptUpstream: true } });
  expect(await standingLater(grant)).toEqual(stands(['engineering']));
  await keycloak.setGroups('alice', ['support']);
  // A group of no role is nothing to us.
  expect(await standingLater(grant)).toEqual(stands([]));
  await keycloak.setGroups('alice', ['engineering', 'support']);
  expect(await standingLater(grant)).toEqual(stands(['engineering']));
  await keycloak.setGroups('alice', []);
  expect(await standingLater(grant)).toEqual(stands([]));
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

const everything = { scope: 'openid tools:read tools:write' };

/** The whole way of a person, from the client's request to its tokens. */
async function tokensOf(user: string, browser = createBrowser()): Promise<Answer> {
  const { arrival, pages } = await browser.walk({ authorizeUrl: requestOf(company, everything), user });
  if (arrival.kind === 'page') throw new Error(arrival.page.text);
  expect(pages.map(({ url }) => url.origin)).toEqual([company.issuer, company.idpUrl]);
  const back = arrival.url.searchParams;
  expect(back.get('iss')).toBe(company.issuer);
  expect(back.get('state')).toBe('state-of-desk');
  return drive(deployment).token({
    ...{ grant_type: 'authorization_code', code: back.get('code') ?? '', redirect_uri: hosted },
    ...{ client_id: 'desk', code_verifier: verifier },
  });
}

/** Instants are whole seconds: what begins in the second of a logout is over with it. */
function nextSecond(): Promise<void> {
  return setTimeout(1_100);
}

function refresh({ body }: Answer): Promise<Answer> {
  const refreshToken = String(body['refresh_token']);
  return drive(deployment).token({
    ...{ grant_type: 'refresh_token', client_id: 'desk', refresh_token: refreshToken },
  });
}

function scopesOf({ body }: Answer): readonly string[] {
  return String(body['scope']).split(' ').sort();
}

test('leads people from a client to its tokens, with what the roles of their groups hold', async () => {
  const [engineer, supporter] = [await tokensOf('carol'), await tokensOf('bob')];
  expect([scopesOf(engineer), scopesOf(supporter)]).toEqual([
    ['openid', 'tools:read', 'tools:write'],
    ['openid', 'tools:read'],
  ]);
  const person = decodeJwt(String(engineer.body['id_token'])).sub;
  expect(person).toMatch(/^person\./);
  expect(decodeJwt(String(engineer.body['access_token']))).toMatchObject({
    sub: person,
    aud: company.mcpUrl,
  });
});

test('lets clients go on with the groups that a person has then, until they are disabled', async () => {
  const first = await tokensOf('carol');
  const second = await refresh(first);
  expect(scopesOf(second)).toEqual(['openid', 'tools:read', 'tools:write']);
  await keycloak.setGroups('carol', ['support']);
  deployment.run.clock.advance(61);
  const third = await refresh(second);
  expect(scopesOf(third)).toEqual(['openid', 'tools:read']);
  await keycloak.setEnabled('carol', false);
  deployment.run.clock.advance(61);
  const from = deployment.log.length;
  const refused = await refresh(third);
  expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect(refused.body['error_description']).toContain('the person may not go on: it takes back');
  expect(eventsSince(company, from)).toContainEqual(
    expect.objectContaining({ event: 'token_refused', reason: 'grant_ended', grantType: 'refresh_token' }),
  );
  // Whoever comes back at work signs in anew.
  await keycloak.setEnabled('carol', true);
  deployment.run.clock.advance(61);
  expect(await refresh(third)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect(await tokensOf('carol')).toMatchObject({ status: 200 });
});
