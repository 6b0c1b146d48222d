import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TokenStandings } from '../../ports/token-standing.ts';
import { decodeAgent } from './agent-codec.ts';
import { batchGetOf } from './batch-get.ts';
import { decodeClient } from './client-codec.ts';
import { revocationEntry } from './end-keys.ts';
import { keyOf } from './keys.ts';
import { decodeResource } from './resource-codec.ts';

/** Reads what a token depends on past every cache, from both tables in one call. */
export function dynamoTokenStandings(options: {
  readonly client: DynamoDBClient;
  readonly registry: string;
  readonly grants: string;
}): TokenStandings {
  return {
    read: async ({ jti, expiresAt, clientId, agentId, resource: uri }) => {
      const revocation = revocationEntry(jti, expiresAt);
      const keys = {
        client: keyOf.client(clientId),
        agent: keyOf.agent(agentId),
        resource: keyOf.resource(uri),
      };
      const items = await batchGetOf(options.client, [
        { table: options.registry, keys: Object.values(keys) },
        { table: options.grants, keys: [revocation.key], attributes: ['pk', revocation.name] },
      ]);
      const [client, agent, resource] = [
        items.get(keys.client),
        items.get(keys.agent),
        items.get(keys.resource),
      ];
      return {
        // The set is there until the sweep, which comes after the token's own end.
        isRevoked: items.get(revocation.key)?.[revocation.name] !== undefined,
        ...(client && { client: decodeClient(client) }),
        ...(agent && { agent: decodeAgent(agent) }),
        ...(resource && { resource: decodeResource(resource) }),
      };
    },
  };
}
