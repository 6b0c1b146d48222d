import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { HeldToken, HolderStanding, TaskStanding, TokenStandings } from '../../ports/token-standing.ts';
import { decodeAgent } from './agent-codec.ts';
import type { Item } from './attributes.ts';
import { batchGetOf } from './batch-get.ts';
import { decodeClient } from './client-codec.ts';
import { type EndEntry, revocationEntry } from './end-keys.ts';
import { decodeGrantStanding, standingAttributes } from './grant-codec.ts';
import { keyOf } from './keys.ts';
import { decodePersonEnd, personEndAttributes } from './person-ends.ts';
import { decodeResource } from './resource-codec.ts';
import { decodeTaskStanding, taskStandingAttributes } from './task-standing-codec.ts';

/** Reads what a token depends on past every cache, from both tables in one call, its chain along with it. */
export function dynamoTokenStandings(options: {
  readonly client: DynamoDBClient;
  readonly registry: string;
  readonly grants: string;
}): TokenStandings {
  return {
    read: async (names) => {
      const [own, chain] = [placesOf(names), (names.chain ?? []).map(placesOf)];
      const [resourceKey, targetKey] = [names.resource, names.target].map(
        (uri) => uri && keyOf.resource(uri),
      );
      const [grantKey, familyKey] = [names.grantId, names.familyId].map((id) => id && keyOf.grant(id));
      const personKey = names.person && keyOf.personEnd(names.person);
      const taskKeys = (names.tasks ?? []).map(keyOf.task);
      const all = [own, ...chain];
      const items = await batchGetOf(options.client, [
        { table: options.registry, keys: distinct([...all.flatMap(registryKeys), resourceKey, targetKey]) },
        {
          table: options.grants,
          keys: distinct([
            ...all.map(({ revocation }) => revocation.key),
            ...[grantKey, familyKey, personKey, ...taskKeys],
          ]),
          attributes: distinct([
            'pk',
            ...all.map(({ revocation }) => revocation.name),
            ...[...standingAttributes, ...taskStandingAttributes],
            ...(personKey === undefined ? [] : personEndAttributes),
          ]),
        },
      ]);
      const [resource, target] = [itemAt(items, resourceKey), itemAt(items, targetKey)];
      const [grant, family] = [itemAt(items, grantKey), itemAt(items, familyKey)];
      const personEnd = itemAt(items, personKey);
      return {
        ...standingOf(own, items),
        chain: chain.map((places) => standingOf(places, items)),
        ...(resource && { resource: decodeResource(resource) }),
        ...(target && { target: decodeResource(target) }),
        ...(grant && { grant: decodeGrantStanding(grant) }),
        ...(personEnd && { personEndedUntil: decodePersonEnd(personEnd) }),
        ...(family && { family: decodeGrantStanding(family) }),
        ...(names.tasks && { tasks: tasksAt(items, taskKeys) }),
      };
    },
  };
}

/** Where everything is written that one token and its holder depend on. */
interface Places {
  readonly revocation: EndEntry;
  readonly client: string;
  readonly agent: string | undefined;
}

function placesOf({ jti, expiresAt, clientId, agentId }: HeldToken): Places {
  return {
    revocation: revocationEntry(jti, expiresAt),
    client: keyOf.client(clientId),
    agent: agentId && keyOf.agent(agentId),
  };
}

function registryKeys({ client, agent }: Places): readonly (string | undefined)[] {
  return [client, agent];
}

function standingOf({ revocation, ...keys }: Places, items: ReadonlyMap<string, Item>): HolderStanding {
  const [client, agent] = [itemAt(items, keys.client), itemAt(items, keys.agent)];
  return {
    // The set is there until the sweep, which comes after the token's own end.
    isRevoked: items.get(revocation.key)?.[revocation.name] !== undefined,
    ...(client && { client: decodeClient(client) }),
    ...(agent && { agent: decodeAgent(agent) }),
  };
}

function itemAt(items: ReadonlyMap<string, Item>, key: string | undefined): Item | undefined {
  return key === undefined ? undefined : items.get(key);
}

function tasksAt(items: ReadonlyMap<string, Item>, keys: readonly string[]): readonly TaskStanding[] {
  const found = keys.map((key) => items.get(key)).filter((item) => item !== undefined);
  return found.map(decodeTaskStanding);
}

/** DynamoDB refuses a batch that names a key twice. */
function distinct(names: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(names)].filter((name) => name !== undefined);
}
