import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { dynamoTokenStandings } from '../../adapters/dynamodb/token-standings.ts';
import {
  downstreamApis,
  downstreamMachineTokens,
  downstreamStandings,
  standingDefaults,
} from '../../adapters/lambda/downstream.ts';
import { exchangedPlans, type FamilyPlanPorts } from '../../oauth/exchange/family-plan.ts';
import { ownTokens, type OwnTokenPorts } from '../../oauth/exchange/own-tokens.ts';
import { exchangeRefused } from '../../oauth/exchange/refusal.ts';
import type { MachinePorts } from '../../oauth/tasks/machine-access.ts';
import type { PersonBasisPorts } from '../../oauth/tasks/person-basis.ts';
import { familyLife } from '../../oauth/tokens/lifetime.ts';
import type { ApiDirectory } from '../../ports/downstream-apis.ts';
import type { Grants } from '../../ports/grants.ts';
import type { IdentityProviders } from '../../ports/identity-providers.ts';
import type { RegistryReader } from '../../ports/registry.ts';
import { systemRandom } from '../../runtime/random.ts';
import type { TasksEnvironment } from './environment.ts';

interface Given extends Omit<OwnTokenPorts, 'standings' | 'anchors'> {
  readonly dynamo: DynamoDBClient;
  readonly registry: RegistryReader;
  readonly identityProviders: IdentityProviders;
  readonly grants: Grants;
  readonly apis: ApiDirectory;
}

/** What tasks in the name of people need. Whom somebody else vouches for lets nobody go on while they are away. */
export function ofPeople(
  environment: TasksEnvironment,
  { dynamo, registry, identityProviders, grants, apis, ...own }: Given,
): { readonly people: FamilyPlanPorts; readonly persons: PersonBasisPorts; readonly machines: MachinePorts } {
  const { issuer, documentPolicy } = own;
  const tables = { registry: environment.REGISTRY_TABLE, grants: environment.GRANTS_TABLE };
  const tokenStandings = dynamoTokenStandings({ client: dynamo, ...tables });
  const downstream = {
    client: new LambdaClient(standingDefaults),
    functionName: environment.DOWNSTREAM_FUNCTION,
  };
  const life = familyLife(environment.REFRESH_TOKEN_DAYS);
  const standings = downstreamStandings(downstream);
  const signedIn = { issuer, registry, identityProviders, grants, standings, random: systemRandom, life };
  const exchanges = {
    ...{ registry, identityProviders, issuer, people: signedIn },
    apis: downstreamApis(downstream, { find: () => Promise.resolve(undefined) }),
    subjects: [ownTokens({ ...own, standings: tokenStandings, anchors: [] })],
    judgeActor: () => Promise.resolve(exchangeRefused('actor_token_unknown')),
    maximumDepth: Number(environment.DELEGATION_DEPTH),
  };
  const people = { ...signedIn, exchanges, documentPolicy, tokenStandings };
  return {
    people,
    machines: { apis, tokens: downstreamMachineTokens(downstream) },
    persons: { exchanges, refreshing: { ...signedIn, planExchanged: exchangedPlans(people) } },
  };
}
