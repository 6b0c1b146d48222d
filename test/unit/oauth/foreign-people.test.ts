import { describe, expect, it } from 'vitest';
import { foreignPeople } from '../../../lambdas/oauth/anchors/foreign-person.ts';
import { personOf } from '../../../lambdas/oauth/people/person.ts';
import type { IdentityProvider } from '../../../lambdas/ports/identity-providers.ts';
import type { TrustAnchor, VerifiedForeign } from '../../../lambdas/ports/trust-anchors.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
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
  { idp = company, kind = 'access_token' }: { idp?: IdentityProvider; kind?: VerifiedForeign['kind'] } = {},
) {
  const verified = {
    anchor: anAnchor(anchor),
    kind,
    header: {},
    claims,
    expiresAt: after(now, 60),
    jti: 'x',
  };
  return foreignPeople({ all: () => Promise.resolve([idp]) })(verified);
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
