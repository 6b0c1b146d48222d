import * as v from 'valibot';
import type { AgentAccess, DownstreamApi } from '../../ports/downstream-apis.ts';
import { strategyKinds, strategyOf, writtenStrategy } from '../../registry/exchange-strategy.ts';
import type { AgentId, ApiId, IdpId, ResourceUri, ScopeName } from '../../runtime/identifiers.ts';
import type { Item, PlainRecord } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, registered, registrationAttributes, registrationOf, text } from './stored.ts';

const member = v.exactOptional(text);

const storedApi = v.object({
  ...registered,
  kind: v.literal('api'),
  uri: text,
  idp: text,
  strategy: v.object({
    kind: v.picklist(strategyKinds),
    presents: v.exactOptional(v.picklist(['access_token', 'id_token'])),
    ...{ audience: member, resource: member, client_id: member, agent_identity: member },
    ...{ issuer: member, token_endpoint: member, presented: member },
  }),
  scopes: v.array(v.object({ name: text, upstream: text })),
  agents: v.exactOptional(v.array(v.object({ agent: text, scopes: v.array(text) }))),
});

export function encodeApi(api: DownstreamApi): PlainRecord {
  return {
    ...{ pk: keyOf.api(api.uri), kind: 'api', id: api.id, uri: api.uri, idp: api.idp },
    strategy: { ...writtenStrategy(api.strategy) },
    scopes: api.scopes.map(({ name, upstream }) => ({ name, upstream })),
    agents: api.agents?.map(({ agent, scopes }) => ({ agent, scopes })),
    ...registrationAttributes(api),
  };
}

export function decodeApi(item: Item): DownstreamApi {
  const stored = decode(storedApi, item);
  return {
    ...{ id: stored.id as ApiId, uri: stored.uri as ResourceUri, idp: stored.idp as IdpId },
    strategy: strategyOf(stored.strategy),
    scopes: stored.scopes.map(({ name, upstream }) => ({ name: name as ScopeName, upstream })),
    ...(stored.agents && { agents: stored.agents.map(agentAccessIn) }),
    ...registrationOf(stored),
  };
}

type StoredAccess = NonNullable<v.InferOutput<typeof storedApi>['agents']>[number];

function agentAccessIn({ agent, scopes }: StoredAccess): AgentAccess {
  return { agent: agent as AgentId, scopes: scopes as ScopeName[] };
}
