import fc from 'fast-check';
import type { DownstreamApi, ExchangeStrategy } from '../../../lambdas/ports/downstream-apis.ts';
import type { AgentId, ScopeName } from '../../../lambdas/runtime/identifiers.ts';
import { few, registration, text } from './arbitraries.ts';

const client = fc.record({ id: text() });
const some = text();

const strategies: fc.Arbitrary<ExchangeStrategy> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('rfc8693' as const),
      ...{ audience: some, resource: some, client },
      presents: fc.constantFrom('access_token' as const, 'id_token' as const),
    },
    { requiredKeys: ['kind'] },
  ),
  fc.record(
    { kind: fc.constantFrom('keycloak' as const, 'cognito' as const), audience: some, client },
    { requiredKeys: ['kind', 'audience'] },
  ),
  fc.constant({ kind: 'entra-obo' as const }),
  fc.record({ kind: fc.constant('entra-agent-id' as const), agentIdentity: some }),
  fc.record(
    { kind: fc.constant('okta' as const), audience: some, issuer: some, client },
    { requiredKeys: ['kind', 'audience', 'client'] },
  ),
  fc.record(
    { kind: fc.constant('okta-agent' as const), audience: some, tokenEndpoint: some, resource: some, client },
    { requiredKeys: ['kind', 'audience', 'tokenEndpoint', 'client'] },
  ),
  fc.record({ kind: fc.constant('auth0' as const), audience: some, presented: some, client }),
);

const always = {
  ...registration,
  ...{
    id: text<DownstreamApi['id']>(),
    uri: text<DownstreamApi['uri']>(),
    idp: text<DownstreamApi['idp']>(),
  },
  strategy: strategies,
  scopes: few(fc.record({ name: text<ScopeName>(), upstream: text() })),
};

export const apis: fc.Arbitrary<DownstreamApi> = fc.oneof(
  fc.record(always),
  fc.record({
    ...always,
    agents: few(fc.record({ agent: text<AgentId>(), scopes: few(text<ScopeName>()) })),
  }),
);
