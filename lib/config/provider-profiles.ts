import type { IdentityProviderProfile } from './people-config.ts';

export const profileNames = [
  'entra',
  'okta',
  'cognito',
  'auth0',
  'keycloak',
  'ping',
  'generic',
] as const satisfies readonly IdentityProviderProfile[];

/** What a config says of an identity provider that its profile depends on. */
interface Profiled {
  readonly issuer: string;
  readonly profile?: IdentityProviderProfile | undefined;
}

/** The issuers that are unmistakable; the registrar tells them by the same rule. */
const recognized: readonly (readonly [IdentityProviderProfile, RegExp])[] = [
  ['entra', /^https:\/\/login\.(?:microsoftonline\.(?:com|us)|partner\.microsoftonline\.cn)\/.*\/v2\.0$/],
  ['okta', /^https:\/\/[^/]+\.(?:(?:okta|oktapreview|okta-emea|okta-gov)\.com|okta\.mil)(?:\/|$)/],
  ['cognito', /^https:\/\/cognito-idp(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\//],
  ['auth0', /^https:\/\/[^/]+\.auth0\.com(?:\/|$)/],
  ['keycloak', /^https?:\/\/[^/]+(?:\/auth)?\/realms\/[^/]+$/],
  ['ping', /^https:\/\/auth\.pingone\.(?:com|eu|ca|asia|sg|com\.au)\//],
];

export function profileOf({ issuer, profile }: Profiled): IdentityProviderProfile {
  return profile ?? recognized.find(([, form]) => form.test(issuer))?.[0] ?? 'generic';
}

/** Whether such a provider has a claim of groups by itself. */
export function tellsGroups(idp: Profiled): boolean {
  return ['entra', 'okta', 'cognito', 'keycloak'].includes(profileOf(idp));
}

/** Whether such a provider has a claim of tenants by itself. */
export function tellsTenants(idp: Profiled): boolean {
  return profileOf(idp) === 'entra';
}

/** Whether tokens of all tenants there are come from it. */
export function isSharedIssuer(idp: Profiled): boolean {
  return profileOf(idp) === 'entra' && /^https?:\/\/[^/]+\/(?:organizations|common)\/v2\.0$/.test(idp.issuer);
}
