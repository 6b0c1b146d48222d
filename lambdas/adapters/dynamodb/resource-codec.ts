import * as v from 'valibot';
import type { Resource } from '../../ports/registry.ts';
import type { AgentId, Audience, ResourceId, ResourceUri, ScopeName } from '../../runtime/identifiers.ts';
import { type Alias, targetOf } from './alias.ts';
import type { Item, PlainRecord } from './attributes.ts';
import { delegationsAttribute, delegationsOf, storedDelegations } from './delegation-codec.ts';
import { keyOf } from './keys.ts';
import { decode, registered, registrationAttributes, registrationOf, text } from './stored.ts';

const storedResource = v.object({
  ...registered,
  kind: v.literal('resource'),
  uri: text,
  audience: text,
  resource_kind: v.picklist(['mcp-server', 'agent', 'egress']),
  agent_id: v.exactOptional(text),
  name: text,
  scopes: v.array(v.object({ name: text, description: text })),
  clients: v.exactOptional(v.picklist(['declared', 'any'])),
  tokens: v.exactOptional(v.literal('opaque')),
  dpop: v.exactOptional(v.picklist(['accepted', 'required'])),
  delegations: v.exactOptional(storedDelegations),
  actor: v.exactOptional(text),
});

export function encodeResource(resource: Resource): PlainRecord {
  return {
    pk: keyOf.resource(resource.uri),
    kind: 'resource',
    id: resource.id,
    uri: resource.uri,
    audience: resource.audience,
    resource_kind: resource.kind,
    agent_id: resource.agentId,
    name: resource.name,
    scopes: resource.scopes.map(({ name, description }) => ({ name, description })),
    clients: resource.clients,
    tokens: resource.tokens,
    dpop: resource.dpop,
    delegations: delegationsAttribute(resource.delegations),
    actor: resource.actor,
    ...registrationAttributes(resource),
  };
}

export function decodeResource(item: Item): Resource {
  const stored = decode(storedResource, item);
  return {
    id: stored.id as ResourceId,
    uri: stored.uri as ResourceUri,
    audience: stored.audience as Audience,
    kind: stored.resource_kind,
    ...(stored.agent_id !== undefined && { agentId: stored.agent_id as AgentId }),
    name: stored.name,
    scopes: stored.scopes.map(({ name, description }) => ({ name: name as ScopeName, description })),
    ...(stored.clients && { clients: stored.clients }),
    ...(stored.tokens && { tokens: stored.tokens }),
    ...(stored.dpop && { dpop: stored.dpop }),
    ...delegationsOf(stored.delegations),
    ...(stored.actor !== undefined && { actor: stored.actor as AgentId }),
    ...registrationOf(stored),
  };
}

/** A resource is found by its short id too, and so is an API. */
export function targetAlias({ id, uri }: { readonly id: string; readonly uri: ResourceUri }): Alias {
  return { key: keyOf.targetAlias(id), names: 'uri', target: uri, identifier: id };
}

export function decodeTargetAlias(item: Item): ResourceUri {
  return targetOf('uri', item) as ResourceUri;
}
