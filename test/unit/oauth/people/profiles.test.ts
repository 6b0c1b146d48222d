import { describe, expect, test } from 'vitest';
import { personOf } from '../../../../lambdas/oauth/people/person.ts';
import { claimAt } from '../../../../lambdas/oauth/people/profiles/claim-at.ts';
import { profileOf, recognizedProfile } from '../../../../lambdas/oauth/people/profiles/profile-of.ts';
import { profileNames } from '../../../../lambdas/ports/identity-providers.ts';
import type { IdpId } from '../../../../lambdas/runtime/identifiers.ts';
import * as synth from '../../../../lib/config/provider-profiles.ts';

const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const other = '9188040d-6c67-4c5b-b112-36a304b66dad';
const entraHost = 'https://login.microsoftonline.com';

const issuers: readonly (readonly [string, string])[] = [
  [`${entraHost}/${tenant}/v2.0`, 'entra'],
  [`${entraHost}/organizations/v2.0`, 'entra'],
  [`${entraHost}/common/v2.0`, 'entra'],
  [`https://login.microsoftonline.us/${tenant}/v2.0`, 'entra'],
  [`https://login.partner.microsoftonline.cn/${tenant}/v2.0`, 'entra'],
  [`https://sts.windows.net/${tenant}/`, 'generic'],
  [`https://login.microsoftonline.com.example.com/${tenant}/v2.0`, 'generic'],
  ['https://dev-1.okta.com', 'okta'],
  ['https://dev-1.oktapreview.com/oauth2/default', 'okta'],
  ['https://agency.okta.mil', 'okta'],
  ['https://okta.com.example.com', 'generic'],
  ['https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_aBc', 'cognito'],
  ['https://cognito-idp.amazonaws.com.example.com/x', 'generic'],
  ['https://company.eu.auth0.com/', 'auth0'],
  ['https://auth0.com.example.com/', 'generic'],
  ['https://id.example.com/realms/staff', 'keycloak'],
  ['https://id.example.com/auth/realms/staff', 'keycloak'],
  ['https://id.example.com/am/oauth2/realms/root/realms/alpha', 'generic'],
  ['https://auth.pingone.eu/env/as', 'ping'],
  ['https://id.example.com', 'generic'],
  ['no URL', 'generic'],
];

describe('what an identity provider is', () => {
  test.each(issuers)(
    'is told by the issuer %s: %s, at synthesis and at registration alike',
    (issuer, profile) => {
      expect([recognizedProfile(issuer), synth.profileOf({ issuer })]).toEqual([profile, profile]);
    },
  );

  test('is what the config says before what its issuer looks like', () => {
    expect(synth.profileOf({ issuer: 'https://dev-1.okta.com', profile: 'generic' })).toBe('generic');
  });

  test.each(profileNames)(
    'brings the same claims with it at synthesis and at registration: %s',
    (profile) => {
      const issuer = 'https://id.example.com';
      const { groupsClaim, tenantClaim } = profileOf({ profile }).defaults(issuer);
      expect([synth.tellsGroups({ issuer, profile }), synth.tellsTenants({ issuer, profile })]).toEqual([
        groupsClaim !== undefined,
        tenantClaim !== undefined,
      ]);
      expect(synth.profileNames).toContain(profile);
    },
  );
});

describe('a claim', () => {
  const claims = {
    'https://example.com/roles': ['url'],
    'a.b': 'whole',
    a: { b: 'path', 'c.d': { e: 1 } },
    resource_access: { 'reports.example.com': { roles: ['reader'] } },
  };

  test('is found by its whole name, and then by the path that its dots make', () => {
    expect(claimAt(claims, 'https://example.com/roles')).toEqual(['url']);
    expect(claimAt(claims, 'a.b')).toBe('whole');
    expect(claimAt(claims, 'a.c.d.e')).toBe(1);
    expect(claimAt(claims, 'resource_access.reports.example.com.roles')).toEqual(['reader']);
  });

  test.each(['a.x', 'a.b.c', 'x', 'toString', 'a.__proto__', '__proto__.toString', '', '.', 'a.'])(
    'is nothing that nobody claimed: %j',
    (name) => {
      expect(claimAt(claims, name)).toBeUndefined();
    },
  );
});

describe('the issuer of a token of Entra', () => {
  const shared = { issuer: `${entraHost}/organizations/v2.0`, tenants: [tenant] };
  const own = { issuer: `${entraHost}/${tenant}/v2.0` };
  const { issuers: rule } = profileOf({ profile: 'entra' });

  test('is that of its own tenant, whose template the metadata has', () => {
    expect(rule.ofMetadata(shared)).toBe(`${entraHost}/{tenantid}/v2.0`);
    expect(rule.ofToken(shared, { tid: tenant })).toBe(own.issuer);
    expect([rule.ofMetadata(own), rule.ofToken(own, { tid: tenant })]).toEqual([own.issuer, own.issuer]);
  });

  test.each([
    undefined,
    '',
    '{tenantid}',
    'organizations',
    `${tenant}/../x`,
    tenant.toUpperCase(),
    [tenant],
    `${tenant}\n`,
  ])('is none where tid is no tenant: %j', (tid) => {
    expect([rule.ofToken(shared, { tid }), rule.ofToken(own, { tid })]).toEqual([undefined, undefined]);
  });

  test('is none where the tenant is not that of the issuer, or nobody said which are trusted', () => {
    expect(rule.ofToken(own, { tid: other })).toBeUndefined();
    expect(rule.ofToken({ issuer: shared.issuer }, { tid: tenant })).toBeUndefined();
  });

  test('is that of the key that signed it, where the key has one', () => {
    const claims = { tid: tenant, iss: own.issuer };
    const owns = (idp: typeof shared | typeof own, issuer?: unknown) =>
      rule.ownsKey(idp, { ...(issuer !== undefined && { issuer }) }, claims);
    expect(owns(shared, `${entraHost}/{tenantid}/v2.0`)).toBe(true);
    expect(owns(shared, own.issuer)).toBe(true);
    expect(owns(shared, `${entraHost}/${other}/v2.0`)).toBe(false);
    expect(owns(shared, 'https://login.microsoftonline.us/{tenantid}/v2.0')).toBe(false);
    expect(owns(shared, 7)).toBe(false);
    expect(owns(shared)).toBe(false);
    expect(owns(own)).toBe(true);
  });

  test('is part of who a person is, so that they stay who they are when more tenants are trusted', () => {
    const idp = {
      id: 'company' as IdpId,
      profile: 'entra',
      subjectClaim: 'oid',
      tenantClaim: 'tid',
    } as const;
    const claims = { oid: 'ann', tid: tenant, iss: own.issuer, sub: 'pairwise' };
    const ids = [shared, own].map((trusted) => {
      const person = personOf({ ...idp, ...trusted }, claims);
      return person.ok && person.value.id;
    });
    expect(ids[0]).toMatch(/^person\./);
    expect(ids[1]).toBe(ids[0]);
    expect(personOf({ ...idp, ...shared, tenants: [other] }, claims)).toEqual({
      ok: false,
      refusal: { claim: 'tid', problem: 'not_trusted' },
    });
  });
});

test('a list of tenants is kept with every provider that tells them apart', () => {
  const google = {
    ...{ id: 'google' as IdpId, profile: 'generic' as const, issuer: 'https://accounts.google.com' },
    ...{ subjectClaim: 'sub', tenantClaim: 'hd', tenants: ['example.com'] },
  } as const;
  expect(personOf(google, { sub: '1', hd: 'example.com' }).ok).toBe(true);
  expect(personOf(google, { sub: '1', hd: 'evil.example' })).toMatchObject({ refusal: { claim: 'hd' } });
  expect(personOf(google, { sub: '1' })).toMatchObject({ refusal: { problem: 'missing' } });
});

describe('where groups are', () => {
  const at = (profile: (typeof profileNames)[number], claims: object, claim: string) =>
    profileOf({ profile }).groups({ ...claims }, claim);
  const nowhere = { at: 'claims', names: [] };

  test('is in the claim where there is one, and else where the provider could tell them', () => {
    for (const profile of profileNames) {
      expect(at(profile, { teams: ['a'] }, 'teams')).toEqual({ at: 'claims', names: ['a'] });
    }
    expect(at('generic', {}, 'groups')).toEqual({ at: 'userinfo' });
    expect(at('okta', {}, 'groups')).toEqual({ at: 'userinfo' });
    expect(at('cognito', {}, 'cognito:groups')).toEqual(nowhere);
    expect(at('cognito', {}, 'custom:team')).toEqual({ at: 'userinfo' });
    expect(at('entra', {}, 'groups')).toEqual(nowhere);
  });

  test('is Microsoft Graph where Entra has too many for a token', () => {
    const overage = {
      _claim_names: { groups: 'src1' },
      _claim_sources: { src1: { endpoint: 'https://evil.example' } },
    };
    expect(at('entra', overage, 'groups')).toEqual({ at: 'graph' });
    expect(at('entra', { hasgroups: true }, 'groups')).toEqual({ at: 'graph' });
    expect(at('entra', overage, 'roles')).toEqual(nowhere);
    expect(at('entra', { ...overage, roles: ['admin'] }, 'roles')).toEqual({
      at: 'claims',
      names: ['admin'],
    });
    expect(at('entra', { _claim_names: 'groups' }, 'groups')).toEqual(nowhere);
  });
});

test('signing out is at each provider where and as it has it', () => {
  const here = {
    ...{
      issuer: 'https://id.example.com/',
      authorizationEndpoint: 'https://login.example.com/oauth2/authorize',
    },
    ...{ clientId: 'vestibule', returnTo: 'https://auth.example.com/bye', state: 's', idTokenHint: 'hint' },
  };
  const ends = { ...here, endSessionEndpoint: 'https://id.example.com/logout?x=1' };
  const url = (profile: (typeof profileNames)[number], logout: typeof here): string | undefined =>
    profileOf({ profile }).logoutUrl(logout)?.href;
  const returnTo = encodeURIComponent(here.returnTo);
  const standard = `https://id.example.com/logout?x=1&id_token_hint=hint&client_id=vestibule&post_logout_redirect_uri=${returnTo}&state=s`;
  for (const profile of ['generic', 'entra', 'okta', 'auth0', 'keycloak', 'ping'] as const) {
    expect([profile, url(profile, ends)]).toEqual([profile, standard]);
  }
  expect(url('generic', here)).toBeUndefined();
  // Okta shows an error of its own to whoever comes without one.
  const unhinted = {
    ...{ issuer: here.issuer, authorizationEndpoint: here.authorizationEndpoint },
    ...{ clientId: 'vestibule', returnTo: here.returnTo, endSessionEndpoint: ends.endSessionEndpoint },
  };
  expect(profileOf({ profile: 'okta' }).logoutUrl(unhinted)).toBeUndefined();
  expect(profileOf({ profile: 'keycloak' }).logoutUrl(unhinted)?.searchParams.has('id_token_hint')).toBe(
    false,
  );
  expect(url('auth0', here)).toBe(
    `https://id.example.com/v2/logout?client_id=vestibule&returnTo=${returnTo}`,
  );
  // Not that of its metadata, which is not OpenID Connect's.
  expect(url('cognito', ends)).toBe(
    `https://login.example.com/logout?client_id=vestibule&logout_uri=${returnTo}`,
  );
});
