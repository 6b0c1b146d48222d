import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoKeyRingStore } from '../../adapters/dynamodb/key-ring-store.ts';
import { dynamoRegistryStore } from '../../adapters/dynamodb/registry-store.ts';
import { dynamoWrappedKeyStore } from '../../adapters/dynamodb/wrapped-key-store.ts';
import { envelopeKeyMaker } from '../../adapters/kms/envelope-key-maker.ts';
import { kmsPublicKeys } from '../../adapters/kms/public-keys.ts';
import { secretsManagerClientSecrets } from '../../adapters/secrets-manager/client-secrets.ts';
import { stsOwnAccount } from '../../adapters/sts/own-account.ts';
import type { SigningAlgorithm, SigningKeyMaker } from '../../ports/signing.ts';
import { type Author, recordOf } from '../../registry/author.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { customResource } from './custom-resource.ts';
import { registrarEnvironment } from './environment.ts';
import { carryOut, type RegistrationPorts } from './registrations.ts';
import { publishMadeKeys, publishStackKeys } from './signing-keys.ts';

const environment = readEnvironment(registrarEnvironment);
const store = { client: new DynamoDBClient(clientDefaults), table: environment.REGISTRY_TABLE };
const kms = new KMSClient(clientDefaults);
const algorithm = environment.SIGNING_ALGORITHM as SigningAlgorithm;
const keyRing = (author: Author) =>
  dynamoKeyRingStore({ ...store, change: recordOf(author, 'signing_keys_published') });

const ports: RegistrationPorts = {
  store: dynamoRegistryStore({ ...store, grants: environment.GRANTS_TABLE }),
  random: systemRandom,
  context: {
    issuer: environment.ISSUER as Issuer,
    hosts: environment.RESOURCE_HOSTS === 'loopback' ? 'loopback' : 'public',
  },
  secrets: secretsManagerClientSecrets({ client: new SecretsManagerClient(clientDefaults) }),
  ownAccount: stsOwnAccount({ client: new STSClient(clientDefaults) }),
  publishSigningKeys:
    environment.WRAPPING_KEY === 'none'
      ? publishStackKeys(keyRing, kmsPublicKeys({ client: kms }))
      : publishMadeKeys(keyRing, wrappedKeyMaker(), algorithm),
  audit,
};

function wrappedKeyMaker(): SigningKeyMaker {
  const wrappingKey = { keyArn: environment.WRAPPING_KEY, deployment: environment.DEPLOYMENT };
  return envelopeKeyMaker({ client: kms, store: dynamoWrappedKeyStore(store), wrappingKey, algorithm });
}

export const handler = customResource({
  carryOut: (event, author) => carryOut(ports, event, author),
  managedBy: { kind: 'deployment', deployment: environment.DEPLOYMENT },
  clock: systemClock,
  pauses: [1_000, 2_000, 4_000, 8_000],
});
