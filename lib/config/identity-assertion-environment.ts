import type { VestibuleConfig } from './config.ts';

/** What the token function is told of those to whom it says who people are: `AssertionTerms`, as JSON. */
export function assertionTerms({ identityAssertions = [] }: VestibuleConfig): string {
  return JSON.stringify(
    identityAssertions.map(
      ({ audience, clients, identityProviders, scopes, resources = [], email = false }) => ({
        ...{ audience, scopes, resources, email },
        clients: Object.entries(clients).map(([id, there]) => ({ id, there })),
        ...(identityProviders && { idps: identityProviders }),
      }),
    ),
  );
}
