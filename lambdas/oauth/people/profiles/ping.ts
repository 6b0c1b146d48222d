import { generic } from './generic.ts';
import type { ProviderProfile } from './profile.ts';

/** PingOne by its issuer; PingFederate, which lives anywhere, by the config. */
export const ping: ProviderProfile = {
  ...generic,
  isIssuer: ({ hostname }) => /^auth\.pingone\.(?:com|eu|ca|asia|sg|com\.au)$/.test(hostname),
  // PingFederate makes clients at its registration endpoint and neither changes nor removes them there.
  registration: { kind: 'none' },
};
