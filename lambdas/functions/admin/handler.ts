import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import * as v from 'valibot';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoGrants } from '../../adapters/dynamodb/grants.ts';
import { dynamoPersonEnds } from '../../adapters/dynamodb/person-ends.ts';
import { dynamoPersons } from '../../adapters/dynamodb/persons.ts';
import { dynamoRegistrationTokenStore } from '../../adapters/dynamodb/registration-tokens.ts';
import { dynamoRegistryStore } from '../../adapters/dynamodb/registry-store.ts';
import { dynamoRunningTasks } from '../../adapters/dynamodb/running-tasks.ts';
import { dynamoTasks } from '../../adapters/dynamodb/tasks.ts';
import {
  diagnosisDefaults,
  downstreamCertificates,
  downstreamDoctor,
  downstreamStandings,
  signInDefaults,
  standingDefaults,
} from '../../adapters/lambda/downstream.ts';
import { enrollingDefaults, lambdaEnrolling } from '../../adapters/lambda/enrolling.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import type { ProviderDoctor } from '../../ports/diagnosis.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { IdpId, Issuer } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { adminEndpoint } from './endpoint.ts';
import { adminEnvironment } from './environment.ts';
import type { PeoplePorts } from './people.ts';
import type { TaskPorts } from './tasks.ts';

const environment = readEnvironment(adminEnvironment);
const registrationMode = v.picklist(['open', 'approval', 'initial_access_token', 'closed']);
const client = new DynamoDBClient(clientDefaults);

/** People are known where they sign in, and where others vouch for them. */
function peoplePorts(functionName: string): PeoplePorts {
  const grantsTable = { client, table: environment.GRANTS_TABLE };
  return {
    persons: dynamoPersons(grantsTable),
    ends: dynamoPersonEnds(grantsTable),
    grants: dynamoGrants(grantsTable),
    // Of people who do not sign in here nothing is kept upstream.
    standings:
      functionName === 'none'
        ? { forget: () => Promise.resolve() }
        : downstreamStandings({ client: new LambdaClient(standingDefaults), functionName }),
    clock: systemClock,
    audit,
  };
}

function taskPorts(): TaskPorts {
  const grantsTable = { client, table: environment.GRANTS_TABLE };
  return {
    running: dynamoRunningTasks(grantsTable),
    tasks: dynamoTasks(grantsTable),
    grants: dynamoGrants(grantsTable),
    clock: systemClock,
    audit,
  };
}

function doctorAt(functionName: string): ProviderDoctor {
  return downstreamDoctor({ client: new LambdaClient(diagnosisDefaults), functionName });
}

const downstream = environment.DOWNSTREAM_FUNCTION;
const enrolment = environment.ENROLMENT_FUNCTION;

export const handler = lambdaHandler(
  adminEndpoint({
    store: dynamoRegistryStore({
      client,
      table: environment.REGISTRY_TABLE,
      grants: environment.GRANTS_TABLE,
    }),
    tokens: dynamoRegistrationTokenStore({ client, table: environment.REGISTRY_TABLE }),
    people: peoplePorts(downstream),
    ...(environment.TASKS !== 'none' && { tasks: taskPorts() }),
    ...(downstream !== 'none' && {
      doctor: doctorAt(downstream),
      certificates: downstreamCertificates({
        client: new LambdaClient(signInDefaults),
        functionName: downstream,
      }),
    }),
    ...(enrolment !== 'none' && {
      enrolling: lambdaEnrolling({
        client: new LambdaClient(enrollingDefaults),
        functionName: enrolment,
        idps: v.parse(v.array(v.string()), JSON.parse(environment.PROXIED_IDPS)) as IdpId[],
      }),
    }),
    random: systemRandom,
    clock: systemClock,
    audit,
    context: {
      issuer: environment.ISSUER as Issuer,
      hosts: environment.RESOURCE_HOSTS === 'loopback' ? 'loopback' : 'public',
    },
    selfRegistration: {
      mode: v.parse(registrationMode, environment.REGISTRATION_MODE),
      unusedSeconds: Number(environment.UNUSED_HOURS) * 3_600,
    },
  }),
);
