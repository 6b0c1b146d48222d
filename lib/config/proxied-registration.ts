import type { VestibuleConfig } from './config.ts';
import type { IdentityProviderConfig, ProxiedRegistrationConfig } from './people-config.ts';
import { pathOf, type Problem, show } from './problem.ts';
import { profileOf } from './provider-profiles.ts';
import type { SoundParts } from './sound-parts.ts';

/** Those that register no clients for a program, or not so that it could remove them again. */
const without: Readonly<Record<string, string>> = {
  entra: 'Entra registers no clients',
  cognito: 'Cognito registers no clients',
  ping: 'Ping registers clients that nobody could remove again',
};

/** What keeps clients from being registered at an identity provider. */
export function proxiedProblems(
  provider: SoundParts['identityProviders'][number],
  index: number,
  { registration }: SoundParts,
): readonly Problem[] {
  if (provider.registration === undefined) return [];
  const path = pathOf(['identityProviders', index, 'registration']);
  const reason = without[profileOf(provider)];
  if (reason !== undefined) {
    return [{ path, text: `cannot be: ${reason}; remove it, and clients are registered here alone` }];
  }
  const mode = registration?.mode;
  if (mode === 'initial_access_token') return [];
  const given = mode === undefined ? 'nobody is asked for a token' : `registration.mode is ${show(mode)}`;
  return [
    {
      path,
      text: `would let strangers flood that provider, as ${given}; write registration: { mode: 'initial_access_token' }`,
    },
  ];
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
