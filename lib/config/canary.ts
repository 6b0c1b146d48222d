import type { VestibuleConfig } from './config.ts';

/** The canary is an agent like any other, with a resource that nothing serves and nobody else may ask for. */
export const canary = {
  id: 'vestibule-canary',
  /** A name that can never resolve (RFC 6761). */
  resource: 'https://vestibule-canary.invalid',
} as const;

/** The config with what the canary needs registered. */
export function withCanary(config: VestibuleConfig): VestibuleConfig {
  if (config.canary !== true) return config;
  const { id, resource } = canary;
  return {
    ...config,
    resources: [
      ...config.resources,
      { id, uri: resource, name: 'Canary', scopes: { check: 'Nothing: it shows that tokens are issued' } },
    ],
    agents: [...config.agents, { id, owner: 'vestibule', scopes: { [id]: { required: ['check'] } } }],
    clients: [
      ...config.clients,
      { id: `${id}-client`, agent: id, authentication: { method: 'client_secret_basic' } },
    ],
  };
}
