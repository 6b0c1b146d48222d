import type { ProfileName } from '../../../ports/identity-providers.ts';
import { auth0 } from './auth0.ts';
import { cognito } from './cognito.ts';
import { entra } from './entra.ts';
import { generic } from './generic.ts';
import { keycloak } from './keycloak.ts';
import { okta } from './okta.ts';
import { ping } from './ping.ts';
import type { ProviderProfile } from './profile.ts';

const profiles: Readonly<Record<ProfileName, ProviderProfile>> = {
  ...{ entra, okta, cognito, auth0, keycloak, ping, generic },
};

export function profileOf({ profile }: { readonly profile: ProfileName }): ProviderProfile {
  return profiles[profile];
}

/** The profile that an issuer unmistakably has, `generic` where it could be anybody's. */
export function recognizedProfile(issuer: string): ProfileName {
  const url = URL.parse(issuer);
  if (url === null) return 'generic';
  const found = Object.entries(profiles).find(([, profile]) => profile.isIssuer(url));
  return (found?.[0] as ProfileName | undefined) ?? 'generic';
}
