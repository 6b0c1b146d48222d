import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { dynamoOpaqueTokens } from '../../adapters/dynamodb/opaque-tokens.ts';
import { dynamoTokenStandings } from '../../adapters/dynamodb/token-standings.ts';
import {
  downstreamApis,
  downstreamKeptStandings,
  downstreamMachineTokens,
  downstreamStandings,
  standingDefaults,
} from '../../adapters/lambda/downstream.ts';
import type { FamilyPlanPorts } from '../../oauth/exchange/family-plan.ts';
import { ownTokens, type OwnTokenPorts } from '../../oauth/exchange/own-tokens.ts';
import { exchangeRefused } from '../../oauth/exchange/refusal.ts';
import type { MachinePorts } from '../../oauth/tasks/machine-access.ts';
import { familyLife } from '../../oauth/tokens/lifetime.ts';
import type { ApiDirectory } from '../../ports/downstream-apis.ts';
import type { Grants } from '../../ports/grants.ts';
import type { IdentityProviders } from '../../ports/identity-providers.ts';
import type { KeptStandings } from '../../ports/kept-grants.ts';
import type { RegistryReader } from '../../ports/registry.ts';
import { systemRandom } from '../../runtime/random.ts';
import type { RefresherEnvironment } from './environment.ts';

interface Given extends Omit<OwnTokenPorts, 'standings' | 'anchors' | 'opaque'> {
  readonly dynamo: DynamoDBClient;
  readonly registry: RegistryReader;
  readonly identityProviders: IdentityProviders;
  readonly grants: Grants;
  readonly apis: ApiDirectory;
}

/** What it takes to ask with what is kept of people before that ends. */
export function keptOf({ DOWNSTREAM_FUNCTION: functionName }: RefresherEnvironment): KeptStandings {
  return downstreamKeptStandings({ client: new LambdaClient(standingDefaults), functionName });
}

/** What it takes to confirm what rests on identity providers: people, and what agents get there as themselves. */
export function ofPeople(
  environment: RefresherEnvironment,
  { dynamo, registry, identityProviders, grants, apis, ...own }: Given,
): { readonly people: FamilyPlanPorts; readonly machines: MachinePorts } {
  const { issuer, documentPolicy } = own;
  const tables = { registry: environment.REGISTRY_TABLE, grants: environment.GRANTS_TABLE };
  const tokenStandings = dynamoTokenStandings({ client: dynamo, ...tables });
  const downstream = {
    client: new LambdaClient(standingDefaults),
    functionName: environment.DOWNSTREAM_FUNCTION,
  };
  const signedIn = {
    ...{ issuer, registry, identityProviders, grants, random: systemRandom },
    standings: downstreamStandings(downstream),
    life: familyLife(environment.REFRESH_TOKEN_DAYS),
  };
  const opaque = dynamoOpaqueTokens({ client: dynamo, table: tables.grants });
  const exchanges = {
    ...{ registry, identityProviders, issuer, people: signedIn },
    apis: downstreamApis(downstream, { find: () => Promise.resolve(undefined) }),
    subjects: [ownTokens({ ...own, opaque, standings: tokenStandings, anchors: [] })],
    judgeActor: () => Promise.resolve(exchangeRefused('actor_token_unknown')),
    maximumDepth: Number(environment.DELEGATION_DEPTH),
  };
  return {
    people: { ...signedIn, exchanges, documentPolicy, tokenStandings },
    machines: { apis, tokens: downstreamMachineTokens(downstream) },
  };
}
