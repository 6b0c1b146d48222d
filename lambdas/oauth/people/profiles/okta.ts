import { generic, standardLogout, standardScopes } from './generic.ts';
import type { ProviderProfile } from './profile.ts';

const hosts = /\.(?:okta|oktapreview|okta-emea|okta-gov)\.com$|\.okta\.mil$/;

/** Okta: an org by itself, or one of its custom authorization servers under `/oauth2/`. */
export const okta: ProviderProfile = {
  ...generic,
  isIssuer: ({ hostname }) => hosts.test(hostname),
  // The org has a scope for groups; a custom authorization server refuses one that it does not have.
  defaults: (issuer) => ({
    scopes: isOrg(issuer) ? [...standardScopes, 'groups'] : standardScopes,
    subjectClaim: 'sub',
    groupsClaim: 'groups',
  }),
  // It has nobody go on without the id_token of a sign-in: an error of its own is all that they would see.
  logoutUrl: (logout) => (logout.idTokenHint === undefined ? undefined : standardLogout(logout)),
  registration: { kind: 'api_token', scheme: 'SSWS' },
  // The default of an access policy.
  refreshIdleSeconds: 7 * 86_400,
  assertionAudience: 'token_endpoint',
};

function isOrg(issuer: string): boolean {
  return !issuer.includes('/oauth2/');
}
