import { expect, test } from 'vitest';
import { readIdentityProvider } from '../../../lambdas/registry/declaration/identity-provider.ts';
import { context, loopback, refusalOf } from './judged-declarations.ts';

const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const declared = { id: 'company', name: 'Company', client_id: 'vestibule', domains: [] };
const shared = 'https://login.microsoftonline.com/organizations/v2.0';

function read(declaration: object, judged = context): unknown {
  const result = readIdentityProvider({ ...declared, ...declaration }, judged);
  return result.ok ? result.value : result.refusal;
}

test('what an identity provider is asked for and known by comes with its profile', () => {
  expect(read({ issuer: `https://login.microsoftonline.com/${tenant}/v2.0` })).toMatchObject({
    ...{ profile: 'entra', scopes: ['openid', 'profile', 'email', 'User.Read'] },
    ...{ subjectClaim: 'oid', tenantClaim: 'tid', groupsClaim: 'groups' },
  });
  const scopes = ['openid', 'profile', 'email'];
  expect(read({ issuer: 'https://dev-1.okta.com' })).toMatchObject({
    ...{ profile: 'okta', scopes: [...scopes, 'groups'], subjectClaim: 'sub', groupsClaim: 'groups' },
  });
  expect(read({ issuer: 'https://dev-1.okta.com/oauth2/default' })).toMatchObject({
    profile: 'okta',
    scopes,
  });
  expect(read({ issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a' })).toMatchObject({
    ...{ profile: 'cognito', scopes, groupsClaim: 'cognito:groups' },
  });
  expect(read({ issuer: 'https://id.example.com/realms/staff' })).toMatchObject({
    ...{ profile: 'keycloak', scopes, groupsClaim: 'realm_access.roles' },
  });
  expect(read({ issuer: 'https://id.example.com' })).toEqual({
    ...{ id: 'company', name: 'Company', clientId: 'vestibule', domains: [], scopes, subjectClaim: 'sub' },
    ...{ profile: 'generic', issuer: 'https://id.example.com', onLogout: 'sessions' },
  });
});

test('what is declared comes before the defaults of the profile, and the profile before what the issuer looks like', () => {
  const own = { scopes: ['openid'], subject_claim: 'sub', groups_claim: 'roles' };
  expect(read({ issuer: `https://login.microsoftonline.com/${tenant}/v2.0`, ...own })).toMatchObject({
    ...{ scopes: ['openid'], subjectClaim: 'sub', tenantClaim: 'tid', groupsClaim: 'roles' },
  });
  expect(read({ issuer: 'https://dev-1.okta.com', profile: 'generic' })).not.toHaveProperty('groupsClaim');
  const here = read({ issuer: `http://localhost:9/${tenant}/v2.0`, profile: 'entra' }, loopback);
  expect(here).toMatchObject({ profile: 'entra', subjectClaim: 'oid' });
});

test('an issuer that all tenants share is declared with those whose people may sign in', () => {
  expect(read({ issuer: shared, tenants: [tenant] })).toMatchObject({ tenants: [tenant] });
  const refusal = (more: object): string => refusalOf(readIdentityProvider, { ...declared, ...more });
  expect(refusal({ issuer: shared })).toMatch(/^tenants: is required with an issuer that all tenants share/);
  expect(refusal({ issuer: shared.replace('organizations', 'common') })).toMatch(/^tenants:/);
  // Another claim could be what a tenant makes of it.
  expect(refusal({ issuer: shared, tenants: [tenant], tenant_claim: 'company' })).toMatch(/^tenant_claim/);
  expect(refusal({ issuer: shared, profile: 'azure' })).toMatch(/^profile .*must be one of entra, okta/);
});
