import { curatesHosts } from './client-documents.ts';
import type { VestibuleConfig } from './config.ts';
import type { IdentityProviderConfig, ProxiedRegistrationConfig } from './people-config.ts';
import { pathOf, type Problem, show } from './problem.ts';
import { profileOf } from './provider-profiles.ts';
import type { SoundParts } from './sound-parts.ts';
import { isPoolOf, poolOfIssuer } from './user-pool.ts';

/** Those that register no clients for a program, or not so that it could remove them again. */
const without: Readonly<Record<string, string>> = {
  entra: 'Entra registers no clients',
  ping: 'Ping registers clients that nobody could remove again',
};

/** What keeps clients from being registered at an identity provider. */
export function proxiedProblems(
  provider: SoundParts['identityProviders'][number],
  index: number,
  { registration, clientMetadataDocuments }: SoundParts,
): readonly Problem[] {
  if (provider.registration === undefined) return [];
  const path = pathOf(['identityProviders', index, 'registration']);
  const reason = without[profileOf(provider)];
  if (reason !== undefined) {
    return [{ path, text: `cannot be: ${reason}; remove it, and clients are registered here alone` }];
  }
  const ofPool = poolProblems(provider, provider.registration, path);
  const mode = registration?.mode;
  if (mode === 'initial_access_token' || mode === 'approval') return ofPool;
  if (mode === 'closed') {
    if (curatesHosts({ clientMetadataDocuments })) return ofPool;
    const text =
      "is for nobody, as registration.mode is 'closed'; curate a host of metadata documents (clientMetadataDocuments: { curated: [{ host: 'example.com' }] }), or write registration: { mode: 'initial_access_token' }";
    return [...ofPool, { path, text }];
  }
  const given = mode === undefined ? 'nobody is asked for a token' : `registration.mode is ${show(mode)}`;
  return [
    ...ofPool,
    {
      path,
      text: `would let strangers flood that provider, as ${given}; write registration: { mode: 'initial_access_token' } or { mode: 'approval' }`,
    },
  ];
}

type Provider = SoundParts['identityProviders'][number];

/** What is of Cognito alone, and what is not. */
function poolProblems(
  provider: Provider,
  registration: NonNullable<Provider['registration']>,
  path: string,
): readonly Problem[] {
  const { userPoolArn, supportedIdentityProviders, managedLogin, credentialArn } = registration;
  const { issuer } = provider;
  if (profileOf(provider) !== 'cognito') {
    return Object.entries({ userPoolArn, supportedIdentityProviders, managedLogin }).flatMap(
      ([field, value]) =>
        value === undefined
          ? []
          : [
              {
                path: `${path}.${field}`,
                text: 'is of Cognito alone, and this is another provider; remove it',
              },
            ],
    );
  }
  if (credentialArn !== undefined) {
    const text = 'is read by nobody: the role of a function registers clients at Cognito; remove it';
    return [{ path: `${path}.credentialArn`, text }];
  }
  if (userPoolArn === undefined) {
    if (poolOfIssuer(issuer) !== undefined) return [];
    const text = `is missing, and ${show(issuer)} does not say which user pool it is of; write its ARN`;
    return [{ path: `${path}.userPoolArn`, text }];
  }
  if (isPoolOf(userPoolArn, issuer)) return [];
  const text = `${show(userPoolArn)} is not the user pool of ${show(issuer)}; write the ARN of that pool`;
  return [{ path: `${path}.userPoolArn`, text }];
}

export interface ProxiedProvider {
  readonly idp: IdentityProviderConfig;
  readonly registration: ProxiedRegistrationConfig;
  readonly quota: number;
}

/** The identity providers at which clients are registered, in the order of the config. */
export function proxiedIn({ identityProviders = [] }: VestibuleConfig): readonly ProxiedProvider[] {
  return identityProviders.flatMap((idp) => {
    const { registration } = idp;
    return registration === undefined ? [] : [{ idp, registration, quota: registration.quota ?? 100 }];
  });
}
