import { dynamoGrants } from '../../lambdas/adapters/dynamodb/grants.ts';
import { dynamoPersonEnds } from '../../lambdas/adapters/dynamodb/person-ends.ts';
import { dynamoPersons } from '../../lambdas/adapters/dynamodb/persons.ts';
import type { PeoplePorts } from '../../lambdas/functions/admin/people.ts';
import { instant } from '../../lambdas/runtime/clock.ts';
import type { TestTables } from './dynamodb.ts';

/** What the admin function knows of people, where nobody signs in: nothing is kept of them anywhere else. */
export function peopleIn(tables: TestTables): PeoplePorts {
  const options = { client: tables.client(), table: tables.grants };
  return {
    persons: dynamoPersons(options),
    ends: dynamoPersonEnds(options),
    grants: dynamoGrants(options),
    standings: { forget: () => Promise.resolve() },
    clock: () => instant(1_800_000_000),
    audit: () => undefined,
  };
}
