import { join } from 'node:path';
import type { VirtualClock } from '../clock.ts';
import { createCognito, type UserPools } from './cognito/cognito.ts';
import { createDynamoDb } from './dynamodb/dynamodb.ts';
import type { EngineClient } from './dynamodb/engine-client.ts';
import { createDeliveries, type Deliveries } from './eventbridge/deliveries.ts';
import { createEventBridge, type EventBridge } from './eventbridge/eventbridge.ts';
import { createKms, type Kms } from './kms/kms.ts';
import type { InvocableFunctions } from './lambda.ts';
import type { Principals } from './principals.ts';
import { createSecretsManager } from './secrets-manager/secrets-manager.ts';
import type { Service } from './service.ts';
import { createSqs, type Sqs } from './sqs/sqs.ts';
import { openStateFile } from './state-file.ts';

export interface KeptServicesOptions {
  readonly region: string;
  readonly account: string;
  readonly clock: VirtualClock;
  readonly stateDirectory: string | undefined;
  readonly engine: EngineClient;
  readonly functions: InvocableFunctions;
  /** Of the front, which starts after them. */
  readonly endpoint: () => string;
  readonly authorizeService: Principals['authorizeService'];
  readonly log: (line: string) => void;
}

export interface KeptServices {
  readonly kms: Kms;
  readonly sqs: Sqs;
  readonly eventBridge: EventBridge;
  readonly deliveries: Deliveries;
  readonly userPools: UserPools;
  /** All of them, these included. */
  readonly services: readonly Service[];
}

/** The services that keep something: in the state directory, if there is one. */
export function createKeptServices(options: KeptServicesOptions): KeptServices {
  const { region, account, clock, engine, functions, endpoint, authorizeService, log } = options;
  const where = { region, account, clock };
  const file = <State extends object>(name: string, empty: State): ReturnType<typeof openStateFile<State>> =>
    openStateFile(options.stateDirectory && join(options.stateDirectory, name), empty);
  const kms = createKms({ ...where, file: file('kms.json', { keys: {}, aliases: {} }) });
  const secretsManager = createSecretsManager({ ...where, file: file('secrets.json', {}) }, kms);
  const cognito = createCognito({ ...where, file: file('cognito.json', {}) });
  const sqs = createSqs({ ...where, file: file('queues.json', {}), endpoint });
  const deliveries = createDeliveries({
    ...{ queues: sqs.queues, functions, log },
    authorize: (source, action, resource) =>
      authorizeService('events.amazonaws.com', source, { action, resource }),
  });
  const eventBridge = createEventBridge({
    ...where,
    file: file('events.json', { told: {} }),
    deliveries,
    log,
  });
  const dynamoDb = createDynamoDb({ engine, backups: file('backups.json', {}), kms, region, account });
  return {
    ...{ kms, sqs, eventBridge, deliveries, userPools: cognito.userPools },
    services: [dynamoDb, kms, secretsManager, cognito.service, sqs.service, eventBridge.service],
  };
}
