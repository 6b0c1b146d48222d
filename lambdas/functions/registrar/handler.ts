import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoRegistryStore } from '../../adapters/dynamodb/registry-store.ts';
import { kmsClientSigningKeys } from '../../adapters/kms/client-signing-keys.ts';
import { secretsManagerClientSecrets } from '../../adapters/secrets-manager/client-secrets.ts';
import { secretsManagerOriginSecrets } from '../../adapters/secrets-manager/origin-secrets.ts';
import { stsOwnAccount } from '../../adapters/sts/own-account.ts';
import { customResource } from '../../cloudformation/custom-resource.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { registrarEnvironment } from './environment.ts';
import { readEvent } from './event.ts';
import { carryOut, physicalIdOf, type RegistrationPorts } from './registrations.ts';

const environment = readEnvironment(registrarEnvironment);
const secretsManager = new SecretsManagerClient(clientDefaults);
const ports: RegistrationPorts = {
  store: dynamoRegistryStore({
    client: new DynamoDBClient(clientDefaults),
    table: environment.REGISTRY_TABLE,
    grants: environment.GRANTS_TABLE,
  }),
  random: systemRandom,
  context: {
    issuer: environment.ISSUER as Issuer,
    hosts: environment.RESOURCE_HOSTS === 'loopback' ? 'loopback' : 'public',
  },
  secrets: secretsManagerClientSecrets({ client: secretsManager }),
  originSecrets: secretsManagerOriginSecrets({ client: secretsManager }),
  ownAccount: stsOwnAccount({ client: new STSClient(clientDefaults) }),
  clientKeys: kmsClientSigningKeys({ client: new KMSClient(clientDefaults) }),
  audit,
};

export const handler = customResource({
  read: readEvent,
  carryOut: (event) =>
    carryOut(ports, event, {
      managedBy: { kind: 'deployment', deployment: environment.DEPLOYMENT },
      at: systemClock(),
      requestId: event.RequestId,
    }),
  physicalIdOf,
  name: 'the registrar',
  pauses: [1_000, 2_000, 4_000, 8_000],
});
