import { generic, standardScopes } from './generic.ts';
import type { ProviderProfile } from './profile.ts';

const level = /^\d{1,3}$/;

/** Keycloak: a realm. */
export const keycloak: ProviderProfile = {
  ...generic,
  isIssuer: ({ pathname }) => /^(?:\/auth)?\/realms\/[^/]+$/.test(pathname),
  defaults: () => ({ scopes: standardScopes, subjectClaim: 'sub', groupsClaim: 'realm_access.roles' }),
  // Offline Session Idle of a realm; what is no offline token tells its own.
  refreshIdleSeconds: 30 * 86_400,
  stepUp: {
    ...generic.stepUp,
    // Levels that have no name are numbers, and it tells the one that was reached.
    isReached: (acr, claims) => {
      const reached = claims['acr'];
      if (!level.test(acr) || typeof reached !== 'string' || !level.test(reached)) return reached === acr;
      return Number(reached) >= Number(acr);
    },
  },
};
