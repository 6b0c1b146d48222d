import { namesAt } from './claim-at.ts';
import { generic, standardLogout, withParameters } from './generic.ts';
import type { ProviderProfile } from './profile.ts';

/** More than one factor, by the name that PAPE gave it. */
export const multiFactor = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

/** Auth0. Its issuer ends in a slash; claims of one's own have names that are URLs. */
export const auth0: ProviderProfile = {
  ...generic,
  isIssuer: ({ hostname }) => hostname.endsWith('.auth0.com'),
  stepUp: {
    ...generic.stepUp,
    // An Action has to ask for the second factor: only `amr` says that it did.
    isReached: (acr, claims) =>
      acr === multiFactor
        ? (namesAt(claims, 'amr') ?? []).includes('mfa')
        : generic.stepUp.isReached(acr, claims),
  },
  logoutUrl: (logout) =>
    standardLogout(logout) ??
    withParameters(new URL('/v2/logout', logout.issuer).href, {
      client_id: logout.clientId,
      returnTo: logout.returnTo,
    }),
  registration: { kind: 'open', management: '/api/v2/' },
  // Inactivity lifetime of an application.
  refreshIdleSeconds: 15 * 86_400,
};
