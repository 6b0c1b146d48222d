import { describe, expect, it } from 'vitest';
import { foreignPeople } from '../../../lambdas/oauth/anchors/foreign-person.ts';
import { personOf } from '../../../lambdas/oauth/people/person.ts';
import type { IdentityProvider } from '../../../lambdas/ports/identity-providers.ts';
import type { TrustAnchor, VerifiedForeign } from '../../../lambdas/ports/trust-anchors.ts';
import { after, type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import type { IdpId } from '../../../lambdas/runtime/identifiers.ts';
import { anAnchor, partner } from './a-foreign-issuer.ts';
import { now, scopes, uri } from './mothers.ts';

const target = uri('https://mcp.example.com/mcp');
const company: IdentityProvider = {
  ...{ state: 'active', managedBy: { kind: 'deployment', deployment: 'v' } },
  ...{ createdAt: instant(1), updatedAt: instant(1) },
  ...{ id: 'company' as IdpId, name: 'Company', profile: 'okta', issuer: partner, clientId: 'ours' },
  ...{ clientProof: { method: 'client_secret' }, dpop: false, scopes: ['openid'], domains: [] },
  ...{ subjectClaim: 'sub', groupsClaim: 'groups', onLogout: 'sessions' },
  roles: [{ name: 'reader', groups: ['staff'], scopes: [{ resource: target, names: scopes('tools:read') }] }],
};

function whoIs(
  claims: Readonly<Record<string, unknown>>,
  anchor: Partial<TrustAnchor> = {},
  {
    idp = company,
    kind = 'access_token',
    until,
    at = now,
  }: { idp?: IdentityProvider; kind?: VerifiedForeign['kind']; until?: Instant; at?: Instant } = {},
) {
  const verified = {
    anchor: anAnchor(anchor),
    kind,
    header: {},
    claims: { iat: at, ...claims },
    expiresAt: after(now, 60),
    jti: 'x',
  };
  return foreignPeople({
    identityProviders: { all: () => Promise.resolve([idp]) },
    ends: { until: () => Promise.resolve(until) },
  })(verified, at);
}

async function idOf(...of: Parameters<typeof whoIs>): Promise<string> {
  const person = await whoIs(...of);
  if (!person.ok) throw new Error(person.refusal.detail);
  return person.value.id;
}

const ofCompany = { idp: 'company' as IdpId };

describe('a person of a trust anchor', () => {
  it('is who they are when they sign in, where the anchor names their identity provider', async () => {
    const claims = { iss: partner, sub: 'alice' };
    const signedIn = personOf(company, claims);
    expect(await idOf(claims, ofCompany)).toBe(signedIn.ok && signedIn.value.id);
    // Access tokens of Okta have the stable id elsewhere.
    const accessToken = { ...claims, sub: 'alice@example.com', uid: 'alice' };
    expect(await idOf(accessToken, { ...ofCompany, subjectClaim: 'uid' })).toBe(
      signedIn.ok && signedIn.value.id,
    );
  });

  it('holds what their groups give them, and nothing where the token tells of none', async () => {
    const claims = { iss: partner, sub: 'alice' };
    const [staff, none] = await Promise.all([
      whoIs({ ...claims, groups: ['staff', 'other'] }, ofCompany),
      whoIs(claims, ofCompany),
    ]);
    expect(staff.ok && staff.value.heldAt(target)).toEqual({ roles: ['reader'], scope: ['tools:read'] });
    expect(none.ok && none.value.heldAt(target)).toEqual({ roles: [], scope: [] });
  });

  it('is nobody while that identity provider is disabled or gone', async () => {
    const claims = { iss: partner, sub: 'alice' };
    const disabled = { idp: { ...company, state: 'disabled' } as const };
    expect(await whoIs(claims, ofCompany, disabled)).toMatchObject({ refusal: { fault: 'nobody_named' } });
    const gone = { idp: 'gone' as IdpId };
    expect(await whoIs(claims, gone)).toMatchObject({ refusal: { fault: 'nobody_named' } });
  });

  it('shares their id with nobody of another issuer or tenant', async () => {
    const claims = { iss: partner, sub: 'alice' };
    const ids = await Promise.all([
      idOf(claims),
      idOf({ ...claims, sub: 'bob' }),
      idOf(claims, { issuer: `${partner}/2` }),
      idOf({ ...claims, org: 'a' }, { tenantClaim: 'org' }),
      idOf({ ...claims, org: 'b' }, { tenantClaim: 'org' }),
    ]);
    expect(new Set(ids).size).toBe(5);
    for (const id of ids) expect(id).toMatch(/^person\.[\w-]{43}$/);
  });

  it('is named by a claim that is there', async () => {
    expect(await whoIs({ iss: partner, sub: 'alice' }, { subjectClaim: 'oid' })).toMatchObject({
      refusal: { fault: 'nobody_named', detail: expect.stringContaining('its oid is missing') as string },
    });
  });

  it.each([
    ['before the end', -1, 0, 60, 'person_ended'],
    ['at the very last that it reaches to', 60, 60, 60, 'person_ended'],
    ['by a clock that is ahead of ours', 90, 30, 60, 'person_ended'],
    ['after what it reaches to', 61, 61, 60, undefined],
    ['so long ago that no end is remembered', -400 * 86_400, 0, undefined, 'out_of_time'],
  ] as const)('counts or not by a token that was issued %s', async (_, iat, at, until, fault) => {
    const claims = { iss: partner, sub: 'alice', iat: after(now, iat) };
    const ended = until === undefined ? {} : { until: after(now, until) };
    const person = await whoIs(claims, {}, { ...ended, at: after(now, at) });
    expect(person.ok ? undefined : person.refusal.fault).toBe(fault);
  });

  it('is told when to come again', async () => {
    const claims = { iss: partner, sub: 'alice' };
    const detailAt = async (at: Instant) => {
      const person = await whoIs({ ...claims, iat: now }, {}, { until: after(now, 60), at });
      return person.ok ? '' : person.refusal.detail;
    };
    expect(await detailAt(after(now, 20))).toMatch(/was ended here: get a new one in 41 seconds$/);
    expect(await detailAt(after(now, 61))).toMatch(/was ended here: get a new one$/);
  });

  it.each([
    ['Okta', 'okta', { sub: 'app', cid: 'app' }],
    ['Cognito', 'cognito', { sub: 'app', client_id: 'app' }],
    ['Keycloak', 'keycloak', { sub: 'u', azp: 'app', preferred_username: 'service-account-app' }],
    ['Auth0', 'auth0', { sub: 'app@clients', azp: 'app', gty: 'client-credentials' }],
    ['Entra', 'entra', { sub: 'u', oid: 'u', idtyp: 'app' }],
    ['Entra without idtyp', 'entra', { sub: 'u', oid: 'u', roles: ['x'] }],
    ['an agent of Entra', 'entra', { sub: 'u', oid: 'u', idtyp: 'app', xms_act_fct: '9 11' }],
    ['anybody by RFC 9068', 'generic', { sub: 'app', client_id: 'app' }],
  ] as const)('is no application of %s', async (_, profile, claims) => {
    expect(await whoIs({ iss: partner, ...claims }, { profile })).toMatchObject({
      refusal: { fault: 'of_no_person', detail: expect.stringContaining('of no person') as string },
    });
  });
});
