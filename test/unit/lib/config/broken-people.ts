import { soundConfig } from './a-config.ts';

const company = {
  id: 'company',
  issuer: 'https://idp.example.com/',
  clientId: 'vestibule',
  groupsClaim: 'groups',
};
const staff = { id: 'staff', groups: { company: ['staff'] }, scopes: { files: ['read'] } };

/** The sound config with one identity provider and one role. */
export const peopleConfig = { ...soundConfig, identityProviders: [company], roles: [staff] };

const withIdp = (idp: object): unknown => ({ ...peopleConfig, identityProviders: [{ ...company, ...idp }] });
/** That config with clients that are registered at the provider too. */
export const proxied = (idp: object): unknown => ({
  ...(withIdp({ registration: { mode: 'proxied' }, ...idp }) as object),
  registration: { mode: 'initial_access_token' },
});
const withDocuments = (clientMetadataDocuments: object): unknown => ({
  ...peopleConfig,
  clientMetadataDocuments,
});
const withRole = (role: object): unknown => ({ ...peopleConfig, roles: [{ ...staff, ...role }] });

/** What is wrong with an identity provider or a role, the config, and the one problem that is told of it. */
export const brokenPeople: readonly (readonly [string, unknown, string])[] = [
  [
    'a refresh token that lives too long',
    { ...peopleConfig, refreshTokens: { absoluteDays: 366 } },
    'refreshTokens.absoluteDays: 366 is out of range; write a whole number of days from 1 to 365',
  ],
  [
    'a refresh token that may be idle for longer than it lives',
    { ...peopleConfig, refreshTokens: { idleDays: 31, absoluteDays: 30 } },
    'refreshTokens.idleDays: 31 is above absoluteDays, when all ends; write 30 or less',
  ],
  [
    'a document host with a path',
    withDocuments({ allow: ['example.com/app'] }),
    "clientMetadataDocuments.allow[0]: 'example.com/app' is not a host; write it as 'example.com', or '*.example.com' for all below it",
  ],
  [
    'a document host that is denied on one port',
    withDocuments({ deny: ['example.com:8443'] }),
    "clientMetadataDocuments.deny[0]: 'example.com:8443' names a port, and a host is denied on every port; write 'example.com'",
  ],
  [
    'a curated host on the usual port',
    withDocuments({ curated: [{ host: 'example.com:443' }] }),
    "clientMetadataDocuments.curated[0].host: 'example.com:443' names the usual port; write 'example.com'",
  ],
  [
    'a document host on a port that is none',
    withDocuments({ allow: ['*.example.com:65536'] }),
    "clientMetadataDocuments.allow[0]: '*.example.com:65536' names no port; write it as '*.example.com:8443'",
  ],
  [
    'an identity provider over plain http',
    withIdp({ issuer: 'http://idp.example.com' }),
    "identityProviders[0].issuer: 'http://idp.example.com' is not https; serve it over https",
  ],
  [
    'an identity provider with a query in its issuer',
    withIdp({ issuer: 'https://idp.example.com/?tenant=1' }),
    "identityProviders[0].issuer: 'https://idp.example.com/?tenant=1' has a query; write the issuer as its discovery document has it",
  ],
  [
    'an identity provider without an issuer',
    withIdp({ issuer: undefined }),
    'identityProviders[0].issuer: is missing; write a text',
  ],
  [
    'scopes without openid',
    withIdp({ scopes: ['profile'] }),
    "identityProviders[0].scopes: does not name 'openid'; without it there is no id_token: add it",
  ],
  [
    'offline_access among the scopes',
    withIdp({ scopes: ['openid', 'offline_access'] }),
    "identityProviders[0].scopes[1]: 'offline_access' is asked for by itself, where a client may go on while the person is away; remove it",
  ],
  [
    'a domain that is an address',
    withIdp({ domains: ['@Example.com'] }),
    "identityProviders[0].domains[0]: '@Example.com' is not a domain; write it in lower case, as 'example.com'",
  ],
  [
    'people named by their e-mail address',
    withIdp({ subjectClaim: 'email' }),
    "identityProviders[0].subjectClaim: 'email' can be given to another person; write a claim that never is, such as 'sub' or 'oid'",
  ],
  [
    'a secret by its name',
    withIdp({ clientSecretArn: 'company/secret' }),
    "identityProviders[0].clientSecretArn: 'company/secret' is not the ARN of a secret; write 'arn:aws:secretsmanager:<region>:<account>:secret:<name>'",
  ],
  [
    'an identity provider for a resource that does not exist',
    withIdp({ resources: ['flies'] }),
    "identityProviders[0].resources[0]: 'flies' is no resource of this config; did you mean 'files'?",
  ],
  [
    'a misspelt field of an identity provider',
    withIdp({ clientID: 'vestibule' }),
    "identityProviders[0].clientID: is no field; did you mean 'clientId'?",
  ],
  [
    'an unknown profile',
    withIdp({ profile: 'azure' }),
    "identityProviders[0].profile: 'azure' is none of entra, okta, cognito, auth0, keycloak, ping, generic",
  ],
  [
    'the issuer of all tenants of Entra, and nobody in particular',
    withIdp({ issuer: 'https://login.microsoftonline.com/organizations/v2.0' }),
    "identityProviders[0].tenants: is missing, and 'https://login.microsoftonline.com/organizations/v2.0' is that of every tenant there is; list the ids of those whose people may sign in",
  ],
  [
    'the issuer of all tenants of Entra, and of personal accounts',
    withIdp({ issuer: 'https://login.microsoftonline.com/common/v2.0' }),
    "identityProviders[0].tenants: is missing, and 'https://login.microsoftonline.com/common/v2.0' is that of every tenant there is; list the ids of those whose people may sign in",
  ],
  [
    'the template of the issuers of Entra',
    withIdp({ issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0' }),
    "identityProviders[0].issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0' is a template; write it with 'organizations' in place of '{tenantid}', and name the tenants",
  ],
  [
    'a tenant of Entra by its name',
    withIdp({ issuer: 'https://login.microsoftonline.com/organizations/v2.0', tenants: ['contoso.com'] }),
    "identityProviders[0].tenants[0]: 'contoso.com' is not the id of a tenant; write it in lower case, as '72f988bf-86f1-41af-91ab-2d7cd011db47'",
  ],
  [
    'tenants of Entra by a claim of their own',
    withIdp({
      issuer: 'https://login.microsoftonline.com/organizations/v2.0',
      tenants: ['72f988bf-86f1-41af-91ab-2d7cd011db47'],
      tenantClaim: 'company',
    }),
    "identityProviders[0].tenantClaim: 'company' is no claim that Entra alone sets; remove it, and 'tid' tells the tenant",
  ],
  [
    'tenants that no claim tells',
    withIdp({ tenants: ['one'] }),
    'identityProviders[0].tenants: are told by no claim; give that identity provider a tenantClaim',
  ],
  [
    'a step-up by the name of a policy at Entra',
    withIdp({ profile: 'entra', acr: { mfa: 'Require MFA' } }),
    "identityProviders[0].acr.mfa: 'Require MFA' is not a value of acr_values; write 1 to 256 printable characters without spaces",
  ],
  [
    'a step-up that is no authentication context of Entra',
    withIdp({ profile: 'entra', acr: { mfa: 'c100' } }),
    "identityProviders[0].acr.mfa: 'c100' is no authentication context; write its id, 'c1' to 'c99'",
  ],
  [
    'a step-up at Cognito',
    withIdp({ profile: 'cognito', acr: { mfa: 'mfa' } }),
    'identityProviders[0].acr: is nothing that Cognito can be asked for; remove it',
  ],
  [
    'a list of no tenant',
    withIdp({ tenantClaim: 'hd', tenants: [] }),
    'identityProviders[0].tenants: is empty; name one, or leave it out',
  ],
  [
    'two identity providers of one issuer',
    { ...peopleConfig, identityProviders: [company, { ...company, id: 'other' }] },
    "identityProviders[1].issuer: 'https://idp.example.com/' is that of identityProviders[0] too; only one can have it",
  ],
  [
    'two identity providers of one domain',
    {
      ...peopleConfig,
      identityProviders: [
        { ...company, domains: ['example.com'] },
        { ...company, id: 'other', issuer: 'https://other.example.com', domains: ['example.com'] },
      ],
    },
    "identityProviders[1].domains: 'example.com' is that of identityProviders[0] too; only one can have it",
  ],
  [
    'two identity providers of one id',
    {
      ...peopleConfig,
      identityProviders: [company, { ...company, issuer: 'https://other.example.com' }],
    },
    "identityProviders[1].id: 'company' is the id of identityProviders[0] too; choose another",
  ],
  [
    'an authentication that nobody knows',
    withIdp({ authentication: 'private_key_jwt' }),
    "identityProviders[0].authentication: 'private_key_jwt' is not understood; write 'client_secret', or { method: 'private_key_jwt', alg: 'RS256' }",
  ],
  [
    'a key of an algorithm that KMS does not sign by here',
    withIdp({ authentication: { method: 'private_key_jwt', alg: 'RS384' } }),
    "identityProviders[0].authentication.alg: 'RS384' is none of RS256, PS256, ES256",
  ],
  [
    'one key named twice',
    withIdp({ authentication: { method: 'private_key_jwt', alg: 'ES256', keys: ['a', 'a'] } }),
    'identityProviders[0].authentication.keys: names a key twice; once will do',
  ],
  [
    'a secret beside a key',
    withIdp({
      authentication: { method: 'private_key_jwt', alg: 'ES256' },
      clientSecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:company-AbCdEf',
    }),
    'identityProviders[0].clientSecretArn: is read by nobody beside authentication; remove it',
  ],
  [
    'a key at Cognito',
    withIdp({ profile: 'cognito', authentication: { method: 'private_key_jwt', alg: 'RS256' } }),
    "identityProviders[0].authentication: is nothing that Cognito knows but a secret; write 'client_secret'",
  ],
  [
    'a key at Entra that no certificate is made of',
    withIdp({ profile: 'entra', authentication: { method: 'private_key_jwt', alg: 'ES256' } }),
    "identityProviders[0].authentication.alg: 'ES256' signs with no key that a certificate is made of; write 'PS256'",
  ],
  [
    'a certificate that is none',
    withIdp({
      authentication: { method: 'private_key_jwt', alg: 'PS256', certificate: './company.pem' },
    }),
    'identityProviders[0].authentication.certificate: is not the text of a certificate; write that which `npx vestibule idp certificate <id>` prints',
  ],
  [
    'a proof of possession that is neither shown nor not',
    withIdp({ dpop: 'ES256' }),
    "identityProviders[0].dpop: 'ES256' is not true or false",
  ],
  [
    'roles where nobody signs in',
    { ...soundConfig, roles: [{ ...staff, groups: 'everyone' }] },
    'roles: stand in a config where nobody signs in; add identityProviders or remove them',
  ],
  [
    'no role',
    { ...peopleConfig, roles: [] },
    'roles: names no role; leave it out for people who may grant everything',
  ],
  [
    'a role of nobody in particular',
    withRole({ groups: undefined }),
    "roles[0].groups: is missing; write 'everyone', or { <identity provider>: [<group>] }",
  ],
  [
    'a role of groups that nobody names',
    withRole({ groups: 'staff' }),
    "roles[0].groups: 'staff' is not understood; write 'everyone', or { <identity provider>: [<group>] }",
  ],
  [
    'a role of groups of another identity provider',
    withRole({ groups: { compony: ['staff'] } }),
    "roles[0].groups.compony: 'compony' is no identity provider of this config; did you mean 'company'?",
  ],
  [
    'a role of groups that the identity provider does not tell of',
    withIdp({ groupsClaim: undefined }),
    "roles[0].groups.company: 'company' says nothing of groups; give that identity provider a groupsClaim",
  ],
  [
    'a role for a resource that does not exist',
    withRole({ scopes: { flies: ['read'] } }),
    "roles[0].scopes.flies: 'flies' is no resource of this config; did you mean 'files'?",
  ],
  [
    'a role with a scope that the resource does not define',
    withRole({ scopes: { files: ['raed'] } }),
    "roles[0].scopes.files[0]: 'raed' is no scope of resource 'files'; did you mean 'read'?",
  ],
  [
    'a role that allows nothing',
    withRole({ scopes: {} }),
    'roles[0].scopes: names no resource; a role allows something',
  ],
];
