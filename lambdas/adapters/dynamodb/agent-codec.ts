import * as v from 'valibot';
import type { Agent } from '../../ports/registry.ts';
import type { AgentId, ResourceUri, ScopeName } from '../../runtime/identifiers.ts';
import type { Item, PlainRecord } from './attributes.ts';
import { delegationsAttribute, delegationsOf, storedDelegations } from './delegation-codec.ts';
import { keyOf } from './keys.ts';
import { decode, registered, registrationAttributes, registrationOf, text } from './stored.ts';
import { storedTaskPolicy, taskPolicyAttribute, taskPolicyOf } from './task-policy-codec.ts';

const storedAgent = v.object({
  ...registered,
  kind: v.literal('agent'),
  name: text,
  owner: text,
  catalogue: v.array(v.object({ resource: text, required: v.array(text), optional: v.array(text) })),
  delegations: v.exactOptional(storedDelegations),
  tasks: v.exactOptional(storedTaskPolicy),
});

export function encodeAgent(agent: Agent): PlainRecord {
  return {
    pk: keyOf.agent(agent.id),
    kind: 'agent',
    id: agent.id,
    name: agent.name,
    owner: agent.owner,
    catalogue: agent.catalogue.map(({ resource, required, optional }) => ({ resource, required, optional })),
    delegations: delegationsAttribute(agent.delegations),
    tasks: taskPolicyAttribute(agent.tasks),
    ...registrationAttributes(agent),
  };
}

export function decodeAgent(item: Item): Agent {
  const stored = decode(storedAgent, item);
  return {
    id: stored.id as AgentId,
    name: stored.name,
    owner: stored.owner,
    catalogue: stored.catalogue.map((entry) => ({
      resource: entry.resource as ResourceUri,
      required: entry.required as ScopeName[],
      optional: entry.optional as ScopeName[],
    })),
    ...delegationsOf(stored.delegations),
    ...taskPolicyOf(stored.tasks),
    ...registrationOf(stored),
  };
}
