import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TokenStandings } from '../../ports/token-standing.ts';
import { decodeAgent } from './agent-codec.ts';
import type { Item } from './attributes.ts';
import { batchGetOf } from './batch-get.ts';
import { decodeClient } from './client-codec.ts';
import { revocationEntry } from './end-keys.ts';
import { decodeGrantStanding, standingAttributes } from './grant-codec.ts';
import { keyOf } from './keys.ts';
import { decodeResource } from './resource-codec.ts';

/** Reads what a token depends on past every cache, from both tables in one call. */
export function dynamoTokenStandings(options: {
  readonly client: DynamoDBClient;
  readonly registry: string;
  readonly grants: string;
}): TokenStandings {
  return {
    read: async ({ jti, expiresAt, clientId, agentId, grantId, resource: uri }) => {
      const revocation = revocationEntry(jti, expiresAt);
      const keys = {
        client: keyOf.client(clientId),
        agent: agentId && keyOf.agent(agentId),
        resource: uri && keyOf.resource(uri),
        grant: grantId && keyOf.grant(grantId),
      };
      const items = await batchGetOf(options.client, [
        { table: options.registry, keys: [keys.client, keys.agent, keys.resource].filter(isKey) },
        {
          table: options.grants,
          keys: [revocation.key, keys.grant].filter(isKey),
          attributes: ['pk', revocation.name, ...standingAttributes],
        },
      ]);
      const found = (key: string | undefined): Item | undefined => (isKey(key) ? items.get(key) : undefined);
      const [client, agent, resource] = [found(keys.client), found(keys.agent), found(keys.resource)];
      const grant = found(keys.grant);
      return {
        // The set is there until the sweep, which comes after the token's own end.
        isRevoked: items.get(revocation.key)?.[revocation.name] !== undefined,
        ...(client && { client: decodeClient(client) }),
        ...(agent && { agent: decodeAgent(agent) }),
        ...(resource && { resource: decodeResource(resource) }),
        ...(grant && { grant: decodeGrantStanding(grant) }),
      };
    },
  };
}

function isKey(key: string | undefined): key is string {
  return key !== undefined;
}
