import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { publicJwkOf } from '../../../lambdas/adapters/kms/spki.ts';
import { signedCertificate, unsignedCertificate } from '../../../lambdas/oauth/people/certificate.ts';
import { readIdentityProvider } from '../../../lambdas/registry/declaration/identity-provider.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { sha256 } from '../../../lambdas/runtime/digest.ts';
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
    ...{ clientProof: { method: 'client_secret' }, dpop: false },
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

const rsa = { kty: 'RSA', n: 'AQAB', e: 'AQAB' } as const;
const curve = { kty: 'EC', crv: 'P-256', x: 'eA', y: 'eQ' } as const;
const key = (jwk: object, id = '1'): object => ({ id, key_arn: 'arn:aws:kms:eu-west-1:1:key/1', jwk });

test('an identity provider that knows the deployment by keys is named in assertions as its profile documents', () => {
  const proof = { alg: 'PS256', keys: [key(rsa), key({ ...rsa, d: 'private' }, '2')] };
  const audienceAt = (issuer: string, more = {}): unknown => {
    const { clientProof } = read({ issuer, private_key_jwt: { ...proof, ...more } }) as {
      readonly clientProof: { readonly audience: string };
    };
    return clientProof.audience;
  };
  expect(audienceAt('https://dev-1.okta.com')).toBe('token_endpoint');
  for (const issuer of [
    'https://dev-1.auth0.com/',
    'https://id.example.com/realms/staff',
    'https://id.example.com',
  ]) {
    expect([issuer, audienceAt(issuer)]).toEqual([issuer, 'issuer']);
  }
  expect(audienceAt('https://dev-1.okta.com', { audience: 'issuer' })).toBe('issuer');
  const { clientProof } = read({ issuer: 'https://id.example.com', private_key_jwt: proof }) as {
    readonly clientProof: { readonly keys: readonly { readonly publicJwk: object; readonly kid: string }[] };
  };
  expect(clientProof.keys.map(({ publicJwk }) => publicJwk)).toEqual([rsa, rsa]);
});

test('keys that its algorithm does not sign with, none, or two of one name, are refused', () => {
  const refusal = (proof: object): string =>
    refusalOf(readIdentityProvider, {
      ...declared,
      issuer: 'https://id.example.com',
      private_key_jwt: proof,
    });
  expect(refusal({ alg: 'ES256', keys: [key(rsa)] })).toMatch(
    /^private_key_jwt .*must have keys that its alg/,
  );
  expect(refusal({ alg: 'RS256', keys: [key(rsa), key(curve, '2')] })).toMatch(
    /^private_key_jwt .*must have/,
  );
  expect(refusal({ alg: 'RS256', keys: [key(rsa), key(rsa)] })).toMatch(
    /^private_key_jwt\.keys .*must not name/,
  );
  expect(refusal({ alg: 'RS256', keys: [] })).toMatch(/^private_key_jwt\.keys/);
  expect(refusal({ alg: 'HS256', keys: [key(rsa)] })).toMatch(/^private_key_jwt\.alg .*must be one of RS256/);
  expect(refusal({ alg: 'RS256', audience: 'us', keys: [key(rsa)] })).toMatch(/^private_key_jwt\.audience/);
});

test('a certificate is that of the key that signs, and is known by its thumbprint', () => {
  const [own, other] = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2_048 }));
  const certificateOf = ({ publicKey, privateKey }: NonNullable<typeof own>): string => {
    const unsigned = unsignedCertificate({
      ...{ publicJwk: publicJwkOf(publicKey)!, commonName: 'company', serial: Buffer.alloc(16) },
      ...{ notBefore: instant(1_800_000_000), notAfter: instant(1_900_000_000) },
    });
    return signedCertificate(unsigned, sign('sha256', unsigned, privateKey)).pem;
  };
  const proof = {
    alg: 'PS256',
    keys: [key(publicJwkOf(own!.publicKey)!), key(publicJwkOf(other!.publicKey)!, '2')],
  };
  const declaration = (certificate: unknown): object => ({
    ...{ ...declared, issuer: 'https://id.example.com', private_key_jwt: { ...proof, certificate } },
  });
  const pem = certificateOf(own!);
  const { raw } = new X509Certificate(pem);
  expect(read(declaration(pem))).toMatchObject({
    clientProof: { certificate: { thumbprint: sha256(raw), notAfter: 1_900_000_000 } },
  });
  const refusal = (certificate: unknown): string => refusalOf(readIdentityProvider, declaration(certificate));
  expect(refusal(certificateOf(other!))).toMatch(
    /^private_key_jwt\.certificate .*must be that of the first key/,
  );
  expect(refusal('-----BEGIN CERTIFICATE-----')).toMatch(/^private_key_jwt\.certificate .*in PEM/);
  expect(refusal(7)).toMatch(/^private_key_jwt\.certificate/);
});
