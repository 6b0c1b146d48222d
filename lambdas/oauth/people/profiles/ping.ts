import { generic } from './generic.ts';
import type { ProviderProfile } from './profile.ts';

/** PingOne by its issuer; PingFederate, which lives anywhere, by the config. */
export const ping: ProviderProfile = {
  ...generic,
  isIssuer: ({ hostname }) => /^auth\.pingone\.(?:com|eu|ca|asia|sg|com\.au)$/.test(hostname),
};
