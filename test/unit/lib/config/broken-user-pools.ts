import { proxied } from './broken-people.ts';

const pool = (registration: object): unknown =>
  proxied({
    issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_aBcDeF',
    registration: { mode: 'proxied', ...registration },
  });

/** What is wrong with clients that are registered at a user pool, the config, and the one problem that is told of it. */
export const brokenUserPools: readonly (readonly [string, unknown, string])[] = [
  [
    'clients registered at a user pool by a credential',
    pool({ credentialArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:pool-AbCdEf' }),
    'identityProviders[0].registration.credentialArn: is read by nobody: the role of a function registers clients at Cognito; remove it',
  ],
  [
    'clients registered at another user pool than people sign in at',
    pool({ userPoolArn: 'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_other' }),
    "identityProviders[0].registration.userPoolArn: 'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_other' is not the user pool of 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_aBcDeF'; write the ARN of that pool",
  ],
  [
    'clients registered at a user pool of another region',
    pool({ userPoolArn: 'arn:aws:cognito-idp:us-east-1:111122223333:userpool/eu-west-1_aBcDeF' }),
    "identityProviders[0].registration.userPoolArn: 'arn:aws:cognito-idp:us-east-1:111122223333:userpool/eu-west-1_aBcDeF' is not the user pool of 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_aBcDeF'; write the ARN of that pool",
  ],
  [
    'clients registered at a user pool by its id',
    pool({ userPoolArn: 'eu-west-1_aBcDeF' }),
    "identityProviders[0].registration.userPoolArn: 'eu-west-1_aBcDeF' is not the ARN of a user pool; write 'arn:aws:cognito-idp:<region>:<account>:userpool/<pool id>'",
  ],
  [
    'clients registered at a user pool that its issuer does not tell',
    proxied({ profile: 'cognito', issuer: 'https://login.example.com/eu-west-1_aBcDeF' }),
    "identityProviders[0].registration.userPoolArn: is missing, and 'https://login.example.com/eu-west-1_aBcDeF' does not say which user pool it is of; write its ARN",
  ],
  [
    'clients of a user pool that nobody can sign in with',
    pool({ supportedIdentityProviders: [] }),
    'identityProviders[0].registration.supportedIdentityProviders: is empty; name one, or leave it out',
  ],
  [
    'clients of a user pool for a provider without a name',
    pool({ supportedIdentityProviders: [''] }),
    "identityProviders[0].registration.supportedIdentityProviders[0]: '' is no name of an identity provider of a user pool; write it as the pool has it, as 'COGNITO'",
  ],
  [
    'a user pool at a provider that is none',
    proxied({
      registration: {
        mode: 'proxied',
        userPoolArn: 'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_aBcDeF',
      },
    }),
    'identityProviders[0].registration.userPoolArn: is of Cognito alone, and this is another provider; remove it',
  ],
  [
    'managed login at a provider that has none',
    proxied({ registration: { mode: 'proxied', managedLogin: true } }),
    'identityProviders[0].registration.managedLogin: is of Cognito alone, and this is another provider; remove it',
  ],
  [
    'managed login by its version',
    pool({ managedLogin: 2 }),
    'identityProviders[0].registration.managedLogin: 2 is not true or false',
  ],
];
