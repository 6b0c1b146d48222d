import { beforeAll, describe, expect, it } from 'vitest';
import type { ForeignKind, TrustAnchor } from '../../../lambdas/ports/trust-anchors.ts';
import type { Instant } from '../../../lambdas/runtime/clock.ts';
import {
  aForeignIssuer,
  aKeyHost,
  anAnchor,
  api,
  type Claims,
  type ForeignIssuer,
  partner,
  refusedFor,
  verifierOf,
} from './a-foreign-issuer.ts';
import { issuer as ours, now } from './mothers.ts';

let signer: ForeignIssuer;
let curved: ForeignIssuer;

beforeAll(async () => {
  [signer, curved] = await Promise.all([aForeignIssuer(), aForeignIssuer('ES384', 'c1')]);
});

const anyToken = ['access_token', 'id_token', 'jwt'] as const;

async function judge(
  token: Claims | string,
  {
    anchor = {},
    anchors = [anAnchor(anchor)],
    kinds = anyToken,
    at = now,
  }: {
    readonly anchor?: Partial<TrustAnchor>;
    readonly anchors?: readonly TrustAnchor[];
    readonly kinds?: readonly ForeignKind[];
    readonly at?: Instant;
  } = {},
) {
  const text = typeof token === 'string' ? token : await signer.token(token);
  return verifierOf(aKeyHost(signer.jwk, curved.jwk), anchors)(text, kinds, at);
}

describe('a token of a trust anchor', () => {
  it('is verified', async () => {
    const verified = await judge({});
    expect(verified).toMatchObject({
      ok: true,
      value: {
        kind: 'access_token',
        anchor: { id: 'partner' },
        claims: { sub: 'u-1' },
        expiresAt: now + 300,
      },
    });
  });

  it.each([
    ['one that is missing', { exp: undefined }, /no acceptable exp: it is missing/],
    ['one that is no number', { iat: 'today' }, /no acceptable iat: it is malformed/],
    ['a subject that is missing', { sub: undefined }, /no acceptable sub: it is missing/],
    ['an empty subject', { sub: '' }, /no acceptable sub/],
    ['an audience that is no text', { aud: [1] }, /no acceptable aud/],
    ['a jti that is no text', { jti: 7 }, /no acceptable jti/],
  ])('is refused for %s', async (_, claims, detail) => {
    expect(await judge({ claims })).toMatchObject(refusedFor('claims_malformed', detail));
  });

  it.each([
    ['is expired', { exp: now - 60 }, /expired/],
    ['is not valid yet', { nbf: now + 61 }, /not valid yet/],
    ['is of the future', { iat: now + 61 }, /in the future/],
  ])('is refused when it %s, and not within the leeway of a minute', async (_, claims, detail) => {
    expect(await judge({ claims })).toMatchObject(refusedFor('out_of_time', detail));
    const within = Object.fromEntries(
      Object.entries(claims).map(([name, value]) => [name, value + (name === 'exp' ? 1 : -1)]),
    );
    expect(await judge({ claims: within })).toMatchObject({ ok: true });
  });

  it.each([
    'https://idp.partner.example/',
    'https://IDP.partner.example',
    'https://idp.partner.example.evil.example',
    'http://idp.partner.example',
  ])('is chosen by its exact iss, which %s is not', async (iss) => {
    expect(await judge({ claims: { iss } })).toMatchObject(refusedFor('issuer_not_trusted'));
  });

  it.each([
    ['another audience', { aud: 'https://other.example' }],
    ['none', { aud: undefined }],
  ])('is refused for %s', async (_, claims) => {
    expect(await judge({ claims })).toMatchObject(refusedFor('audience_wrong', /\(aud\)/));
  });
});

describe('the signature of a foreign token', () => {
  it('by no algorithm is none', async () => {
    const [, payload = ''] = (await signer.token()).split('.');
    for (const alg of ['none', 'None', 'nOnE']) {
      const header = Buffer.from(JSON.stringify({ alg, typ: 'at+jwt' })).toString('base64url');
      expect(await judge(`${header}.${payload}.`)).toMatchObject(
        refusedFor('header_not_acceptable', /must be signed/),
      );
    }
  });

  it('by HS256 with the public key as its secret is none', async () => {
    expect(await judge(await signer.confused())).toMatchObject(refusedFor('header_not_acceptable'));
  });

  it('counts with a key of its own type and curve alone', async () => {
    const token = await curved.token();
    expect(await judge(token)).toMatchObject({ ok: true });
    const [, payload, signature] = token.split('.');
    for (const alg of ['ES256', 'RS256', 'EdDSA']) {
      const header = Buffer.from(JSON.stringify({ alg, kid: 'c1', typ: 'at+jwt' })).toString('base64url');
      const confused = `${header}.${String(payload)}.${String(signature)}`;
      expect(await judge(confused)).toMatchObject(refusedFor('key_unknown'));
    }
  });

  it('counts by no key that the token itself brings or leads to', async () => {
    const forger = await aForeignIssuer('RS256', 'forged');
    for (const header of [
      { jwk: forger.jwk },
      { jku: 'https://evil.example/keys' },
      { x5u: 'https://evil.example/cert' },
      { x5c: ['MIIB'] },
    ]) {
      const host = aKeyHost(signer.jwk);
      const verified = await verifierOf(host)(await forger.token({ header }), anyToken, now);
      expect(verified).toMatchObject(refusedFor('key_unknown', /kid/));
      expect(host.asked.every((url) => url.startsWith(`${partner}/`))).toBe(true);
    }
  });

  it('is of the key that kid names, and kid is a name and nothing else', async () => {
    const forger = await aForeignIssuer('RS256', 'k1');
    expect(await judge(await forger.token())).toMatchObject(refusedFor('signature_wrong'));
    for (const kid of ['../../keys', "k1' OR '1'='1", 'https://evil.example/k', '__proto__']) {
      expect(await judge({ header: { kid } })).toMatchObject(refusedFor('key_unknown'));
    }
  });

  it('with anything critical is refused', async () => {
    const [, payload = '', signature = ''] = (await signer.token()).split('.');
    for (const more of [{ crit: ['exp'] }, { b64: false }]) {
      const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'k1', ...more })).toString('base64url');
      expect(await judge(`${header}.${payload}.${signature}`)).toMatchObject(
        refusedFor('header_not_acceptable'),
      );
    }
  });

  it('that was changed is wrong', async () => {
    const [header = '', , signature = ''] = (await signer.token()).split('.');
    const [, other = ''] = (await signer.token({ claims: { sub: 'root' } })).split('.');
    expect(await judge(`${header}.${other}.${signature}`)).toMatchObject(refusedFor('signature_wrong'));
  });
});

describe('the kind of a foreign token', () => {
  const access: readonly ForeignKind[] = ['access_token'];
  const id: readonly ForeignKind[] = ['id_token'];
  const plain = { typ: 'JWT' };

  it.each([
    ['a token of Microsoft Graph', { header: { nonce: 'n' } }, access, /Microsoft Graph.*api:/],
    [
      'an id_token for an access token',
      { header: plain, claims: { scope: undefined, nonce: 'n' } },
      access,
      /is an id_token.*an access token/,
    ],
    ['an access token for an id_token', {}, id, /is an access token.*an id_token/],
    [
      'one that shows no kind, for an access token',
      { header: plain, claims: { scope: undefined } },
      access,
      /shows nothing/,
    ],
    ['a logout token', { header: { typ: 'logout+jwt' } }, anyToken, /another kind/],
    ['a refresh token of Keycloak', { header: plain, claims: { typ: 'Refresh' } }, anyToken, /refresh token/],
    ['an ID-JAG', { header: { typ: 'oauth-id-jag+jwt' } }, anyToken, /is an ID-JAG/],
    ['a client assertion', { header: { typ: 'client-authentication+jwt' } }, anyToken, /another kind/],
  ] as const)('refuses %s in words', async (_, token, kinds, detail) => {
    expect(await judge(token, { kinds })).toMatchObject(refusedFor('kind_not_accepted', detail));
  });

  it('is one that the config accepts of the issuer', async () => {
    expect(await judge({}, { anchor: { accepts: ['id_token'] } })).toMatchObject(
      refusedFor('kind_not_accepted', /none such is accepted here/),
    );
  });

  it('refuses text that is opaque, and what is encrypted', async () => {
    for (const token of ['ya29.opaque', 'opaque', 'a.b.c', 'x'.repeat(20_000)]) {
      expect(await judge(token)).toMatchObject(refusedFor('not_a_jwt', /opaque/));
    }
    expect(await judge('a.b.c.d.e')).toMatchObject(refusedFor('encrypted', /JWE/));
  });

  it('of Cognito is its token_use, and its access tokens are of their client', async () => {
    const anchor: Partial<TrustAnchor> = { profile: 'cognito' };
    const header = { typ: undefined };
    const ofPool = { aud: undefined, client_id: api, token_use: 'access' };
    expect(await judge({ header, claims: ofPool }, { anchor, kinds: access })).toMatchObject({ ok: true });
    expect(await judge({ header, claims: { ...ofPool, client_id: 'other' } }, { anchor })).toMatchObject(
      refusedFor('audience_wrong'),
    );
    expect(
      await judge({ header, claims: { ...ofPool, token_use: 'id' } }, { anchor, kinds: access }),
    ).toMatchObject(refusedFor('kind_not_accepted', /is an id_token/));
    expect(await judge({ header, claims: { ...ofPool, token_use: undefined } }, { anchor })).toMatchObject(
      refusedFor('kind_not_accepted'),
    );
  });

  it('of the Okta org server is no access token for anybody, and its id_tokens are fine', async () => {
    const org = { issuer: 'https://acme.okta.com', profile: 'okta' } as const;
    const claims = { iss: org.issuer };
    expect(await judge({ claims }, { anchor: org })).toMatchObject(
      refusedFor('kind_not_accepted', /org authorization server.*\/oauth2\/default/),
    );
    const token = { header: plain, claims: { ...claims, scope: undefined, nonce: 'n' } };
    expect(await judge(token, { anchor: org, kinds: id })).toMatchObject({ ok: true });
  });
});

describe('an id_token of a trust anchor', () => {
  const idToken = (claims: Claims['claims'] = {}): Claims => ({
    header: { typ: 'JWT' },
    claims: { scope: undefined, nonce: 'n', ...claims },
  });

  it('is taken for an hour, and of its audience alone', async () => {
    expect(await judge(idToken())).toMatchObject({ ok: true, value: { kind: 'id_token' } });
    expect(await judge(idToken({ iat: now - 3_660 }))).toMatchObject(
      refusedFor('out_of_time', /3600 seconds/),
    );
    expect(await judge(idToken({ aud: [api, 'https://other.example'], azp: api }))).toMatchObject(
      refusedFor('audience_wrong', /for others too/),
    );
  });

  it('names its own client in azp, and must do so where it has two audiences', async () => {
    expect(await judge(idToken({ azp: 'another' }))).toMatchObject(refusedFor('audience_wrong', /azp/));
    const two = { audiences: [api, 'app'] };
    expect(await judge(idToken({ aud: [api, 'app'] }), { anchor: two })).toMatchObject(
      refusedFor('audience_wrong', /azp/),
    );
    expect(await judge(idToken({ aud: [api, 'app'], azp: 'app' }), { anchor: two })).toMatchObject({
      ok: true,
    });
  });
});

describe('what the config demands of a foreign token', () => {
  it.each([
    ['a claim', { requiredClaims: { hd: ['acme.example'] } }, { hd: 'acme.example' }, { hd: 'evil.example' }],
    [
      'a flag',
      { requiredClaims: { email_verified: ['true'] } },
      { email_verified: true },
      { email_verified: false },
    ],
    ['one of a list', { requiredClaims: { groups: ['a', 'b'] } }, { groups: ['x', 'b'] }, { groups: ['x'] }],
    [
      'a claim within',
      { requiredClaims: { 'realm.team': ['x'] } },
      { realm: { team: 'x' } },
      { realm: { team: 'y' } },
    ],
  ])('is %s', async (_, anchor, good, bad) => {
    expect(await judge({ claims: good }, { anchor })).toMatchObject({ ok: true });
    expect(await judge({ claims: bad }, { anchor })).toMatchObject(refusedFor('claim_not_accepted'));
    expect(await judge({}, { anchor })).toMatchObject(refusedFor('claim_not_accepted'));
  });

  it.each([
    ['a level', { acr: ['high'] }, { acr: 'high' }, { acr: 'low' }],
    ['every method', { amr: ['pwd', 'mfa'] }, { amr: ['mfa', 'pwd'] }, { amr: ['pwd'] }],
    ['a recent sign-in', { maxAgeSeconds: 600 }, { auth_time: now - 650 }, { auth_time: now - 660 }],
  ])('is %s', async (_, assurance, good, bad) => {
    const anchor = { assurance };
    expect(await judge({ claims: good }, { anchor })).toMatchObject({ ok: true });
    expect(await judge({ claims: bad }, { anchor })).toMatchObject(refusedFor('assurance_too_low'));
    expect(await judge({}, { anchor })).toMatchObject(refusedFor('assurance_too_low'));
  });
});

describe('an assertion of a workload', () => {
  it('may be a JWT-SVID, whose keys SPIFFE publishes for nothing else', async () => {
    const anchor = anAnchor({ accepts: ['workload'] });
    const token = await signer.token({ header: { typ: 'JOSE' }, claims: { aud: ours } });
    for (const [use, good] of [
      ['jwt-svid', true],
      ['x509-svid', false],
      ['enc', false],
    ] as const) {
      const verify = verifierOf(aKeyHost({ ...signer.jwk, use }), [anchor]);
      expect([use, (await verify(token, ['workload'], now)).ok]).toEqual([use, good]);
    }
  });

  it('is for this deployment, whatever the audiences of its anchor', async () => {
    const anchor: Partial<TrustAnchor> = { accepts: ['workload'], audiences: [api] };
    const kinds: readonly ForeignKind[] = ['workload'];
    const header = { typ: 'JWT' };
    for (const aud of [ours, `${ours}/token`, [ours]]) {
      expect(await judge({ header, claims: { aud } }, { anchor, kinds })).toMatchObject({ ok: true });
    }
    expect(await judge({ header, claims: { aud: api } }, { anchor, kinds })).toMatchObject(
      refusedFor('audience_wrong'),
    );
  });
});
