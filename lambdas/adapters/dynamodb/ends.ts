import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EndsReader } from '../../ports/ends.ts';
import { instant, type Instant } from '../../runtime/clock.ts';
import { type EndedName, isEndedName } from '../../runtime/ended-name.ts';
import type { Item } from './attributes.ts';
import { batchGet } from './batch-get.ts';
import { livePrincipalKeys, liveRevocationKeys } from './end-keys.ts';

/** Reads all sets of ends in which something may still matter, in one call on the grants table. */
export function dynamoEnds(options: { readonly client: DynamoDBClient; readonly table: string }): EndsReader {
  return {
    current: async (now) => {
      const keys = { tokens: liveRevocationKeys(now), principals: livePrincipalKeys(now) };
      const items = await batchGet(options.client, options.table, [...keys.tokens, ...keys.principals]);
      const entries = (wanted: readonly string[]): readonly (readonly [EndedName, Item[string]])[] =>
        wanted.flatMap((key) => Object.entries(items.get(key) ?? {}).filter(isNamed));
      return {
        // A person's token is in two of them.
        tokens: [...new Set(entries(keys.tokens).map(([name]) => name))],
        // A later set has what became of a principal after an earlier one.
        principals: new Map(
          entries(keys.principals).map(([name, until]): [EndedName, Instant] => [name, instantOf(until)]),
        ),
      };
    },
  };
}

function isNamed(entry: [string, Item[string]]): entry is [EndedName, Item[string]] {
  return isEndedName(entry[0]);
}

function instantOf(attribute: Item[string]): Instant {
  const seconds = Number(attribute.N);
  if (!Number.isSafeInteger(seconds)) throw new Error('malformed set of ends: an entry is not a time');
  return instant(seconds);
}
