import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { answerTo, eventsSince, pageOf, press, requestOf, signIn, toldClient } from '../support/people.ts';
import { playedOfficeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile();
const ann = { sub: 'ann', name: 'Ann', email: 'ann@example.com', email_verified: true, groups: ['staff'] };

type Changes = Readonly<Record<string, string | undefined>>;

const asking = (claims: unknown, changes: Changes = {}): URL =>
  requestOf(office.company, { claims: JSON.stringify(claims), ...changes });
const acr = (members: object) => ({ id_token: { acr: members } });
/** A request for the person alone. */
const alone: Changes = { resource: undefined, scope: 'openid' };

async function tokensOf(url: URL) {
  const told = await signIn(url);
  const code = told.get('code');
  if (code === null) throw new Error(told.toString());
  const { body } = await office.redeem(code);
  return { body, idToken: decodeJwt<Readonly<Record<string, unknown>>>(String(body['id_token'])) };
}

async function errorOf(url: URL): Promise<unknown> {
  return (await signIn(url)).get('error');
}

function sent(): Readonly<Record<string, string>> {
  return office.idp.requests.findLast(({ path }) => path === '/authorize')?.parameters ?? {};
}

describe('an acr that a client asks for by claims', () => {
  verifies('oidc-core:5.5:claims', 'is reached, or the request fails where it is essential', async () => {
    const essential = asking(acr({ essential: true, values: ['gold', 'silver'] }), alone);
    office.idp.play({ person: { ...ann, acr: 'silver' } });
    expect((await tokensOf(essential)).idToken['acr']).toBe('silver');
    expect(sent()['acr_values']).toBe('gold silver');
    office.idp.play({ person: { ...ann, acr: 'bronze' } });
    const from = office.company.log.length;
    expect(await errorOf(essential)).toBe('unmet_authentication_requirements');
    expect(eventsSince(office.company, from)).toContainEqual(
      expect.objectContaining({ event: 'authorization_refused', reason: 'acr_unmet' }),
    );
    // RFC 9470 §5: for a resource it is as `acr_values` is.
    for (const members of [{ essential: true, value: 'gold' }, { value: 'gold' }]) {
      expect(await errorOf(asking(acr(members)))).toBe('unmet_authentication_requirements');
    }
    // A wish for the id_token alone is told what there is.
    for (const members of [{ value: 'gold' }, { essential: false, values: ['gold'] }]) {
      expect((await tokensOf(asking(acr(members), alone))).idToken['acr']).toBe('bronze');
    }
  });

  verifies(
    'oidc-core:5.5:claims',
    'comes before acr_values, and is none where it names no value',
    async () => {
      office.idp.play({ person: { ...ann, acr: 'gold' } });
      await tokensOf(asking(acr({ essential: true, value: 'gold' }), { ...alone, acr_values: 'silver' }));
      expect(sent()['acr_values']).toBe('gold');
      for (const members of [null, { essential: true }, { values: [] }, { values: [7, 'two words', ''] }]) {
        await tokensOf(asking(acr(members as object), { ...alone, acr_values: 'silver' }));
        expect([members, sent()['acr_values']]).toEqual([members, 'silver']);
      }
    },
  );

  verifies('oidc-core:5.5:claims', 'is asked for in a request that was pushed, too', async () => {
    office.idp.play({ person: { ...ann, acr: 'bronze' } });
    const form = new URLSearchParams(asking(acr({ essential: true, value: 'gold' }), alone).search);
    const pushed = await office.client.send('/par', { method: 'POST', body: form });
    expect([pushed.status, pushed.text]).toEqual([201, pushed.text]);
    const url = new URL(`${office.company.issuer}/authorize`);
    url.searchParams.set('client_id', 'desk');
    url.searchParams.set('request_uri', String(pushed.body['request_uri']));
    const client = new URL(form.get('redirect_uri') ?? '');
    const told = (await createBrowser().signIn({ authorizeUrl: url, client })).searchParams;
    expect(told.get('error')).toBe('unmet_authentication_requirements');
  });
});

describe('claims of a person that a client asks for', () => {
  verifies('oidc-core:5.5:claims', 'come with the scope that the person is asked about', async () => {
    office.idp.play({ person: ann });
    const browser = createBrowser();
    const wish = asking({ userinfo: { email: { essential: true } } }, alone);
    const page = pageOf(await answerTo(wish, browser));
    expect(page.text).toContain('e-mail address');
    const code = toldClient(await press(browser, page, 'allow')).get('code') ?? '';
    const { body } = await office.redeem(code);
    expect(body['scope']).toBe('openid email');
    const bearer = { authorization: `Bearer ${String(body['access_token'])}` };
    expect((await office.client.get('/userinfo', bearer)).body).toMatchObject({
      ...{ email: 'ann@example.com', email_verified: true },
    });
    const named = await tokensOf(asking({ id_token: { name: null, toString: null } }, alone));
    expect([named.body['scope'], named.idToken['name']]).toEqual(['openid profile', 'Ann']);
  });

  verifies('oidc-core:5.5:claims', 'are nothing without an id_token, nor where none is known', async () => {
    office.idp.play({ person: ann });
    const told = await signIn(asking({ userinfo: { email: null } }));
    expect((await office.redeem(told.get('code') ?? '')).body['scope']).toBe('tools:read');
    const unknown = { userinfo: { birthdate: { essential: true } }, id_token: { x: null }, other: [7] };
    expect((await tokensOf(asking(unknown, alone))).body['scope']).toBe('openid');
  });
});

describe('a person whom a client asks for by sub', () => {
  verifies('oidc-core:5.5:claims', 'signs in, and nobody in their place', async () => {
    office.idp.play({ person: ann });
    const { idToken } = await tokensOf(requestOf(office.company, alone));
    const again = asking({ id_token: { sub: { value: idToken.sub } } }, alone);
    expect((await tokensOf(again)).idToken.sub).toBe(idToken.sub);
    office.idp.play({ person: { ...ann, sub: 'eve' } });
    const from = office.company.log.length;
    expect(await errorOf(again)).toBe('login_required');
    const [, refused] = eventsSince(office.company, from);
    expect(refused).toMatchObject({ event: 'authorization_refused', reason: 'other_person' });
  });
});

verifies(['oidc-core:5.5:claims', 'rfc6749:4.1.2.1:errors'], 'claims that are none are told so', async () => {
  const wrong = ['{', '[]', '7', 'null', '"x"', '{"id_token":[]}', '{"id_token":{"acr":"gold"}}'];
  const more = ['{"userinfo":7}', '{"id_token":{"acr":{"essential":"yes"}}}', `{"a":"${'x'.repeat(2_048)}"}`];
  for (const claims of [...wrong, ...more]) {
    const told = toldClient(await answerTo(requestOf(office.company, { claims })));
    expect([claims, told.get('error'), told.get('state')]).toEqual([
      ...[claims, 'invalid_request', 'state-of-desk'],
    ]);
    expect(told.get('error_description')).toMatch(/^claims must /);
  }
  const { body } = await office.client.get('/.well-known/openid-configuration');
  expect(body['claims_parameter_supported']).toBe(true);
});
