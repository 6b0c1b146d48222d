import type { EgressProvider } from '../../../lambdas/ports/egress-providers.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type {
  AgentId,
  EgressProviderId,
  ResourceUri,
  ScopeName,
} from '../../../lambdas/runtime/identifiers.ts';
import { fresh } from './mothers.ts';

/** A third party that people connect accounts of. */
export function aProvider(overrides: Partial<EgressProvider> = {}): EgressProvider {
  const id = overrides.id ?? (fresh('tracker') as EgressProviderId);
  return {
    ...{ state: 'active', managedBy: { kind: 'deployment', deployment: 'Vestibule' } },
    ...{ createdAt: instant(1_800_000_000), updatedAt: instant(1_800_000_000) },
    ...{ id, uri: `https://auth.example.com/egress/${id}` as ResourceUri, name: 'Tracker' },
    scopes: [
      {
        ...{ name: 'issues:read' as ScopeName, upstream: ['repo'] },
        rules: [{ methods: ['GET'], path: '/repos/*/*/issues' }],
      },
    ],
    api: { origins: ['https://api.tracker.example.com'], headers: [], responseHeaders: [] },
    credential: {
      kind: 'oauth2',
      authorizationEndpoint: 'https://tracker.example.com/authorize',
      tokenEndpoint: 'https://tracker.example.com/token',
      ...{ clientId: 'ours', clientAuthentication: 'client_secret_basic', authorizationParameters: [] },
      ...{ scopeParameter: 'scope', scopeSeparator: ' ', body: 'form', headers: [], answer: { facts: [] } },
      refresh: { kind: 'rotating' },
      revocation: { kind: 'rfc7009', endpoint: 'https://tracker.example.com/revoke' },
    },
    agents: [{ agent: 'planner' as AgentId, name: 'Planner', scopes: ['issues:read' as ScopeName] }],
    groups: [],
    ...overrides,
  };
}
