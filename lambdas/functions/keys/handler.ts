import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import { clientDefaults, triesOnce } from '../../adapters/aws.ts';
import { dynamoKeyRingStore } from '../../adapters/dynamodb/key-ring-store.ts';
import { dynamoWrappedKeyStore } from '../../adapters/dynamodb/wrapped-key-store.ts';
import { deploymentKeyMaker } from '../../adapters/kms/deployment-key-maker.ts';
import { secretsManagerSealSecretStore } from '../../adapters/secrets-manager/seal-secret-store.ts';
import { customResource } from '../../cloudformation/custom-resource.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import { endAllKeys } from '../../keys/end.ts';
import { keyPolicy } from '../../keys/policy.ts';
import type { KeyAuthor, KeyRingPorts } from '../../keys/ports.ts';
import { tendSealSecret } from '../../keys/tend-seal-secret.ts';
import { tend, tendDaily } from '../../keys/tend.ts';
import { keySetMaxAge } from '../../oauth/metadata/key-set.ts';
import { longestTokenSeconds } from '../../ports/ends.ts';
import type { SigningAlgorithm } from '../../ports/signing.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import { systemRandom } from '../../runtime/random.ts';
import { ok } from '../../runtime/result.ts';
import { keysEndpoint } from './endpoint.ts';
import { keysEnvironment } from './environment.ts';
import { readKeysEvent, readSigningKeysEvent } from './event.ts';

const environment = readEnvironment(keysEnvironment);
const deployment = environment.DEPLOYMENT;
const algorithm = environment.SIGNING_ALGORITHM as SigningAlgorithm;
const custody = environment.WRAPPING_KEY === 'none' ? 'kms' : 'envelope';
const store = { client: new DynamoDBClient(clientDefaults), table: environment.REGISTRY_TABLE };

const ports: KeyRingPorts = {
  keyRing: dynamoKeyRingStore(store),
  maker: deploymentKeyMaker({
    client: new KMSClient(clientDefaults),
    creatingClient: new KMSClient(triesOnce),
    store: dynamoWrappedKeyStore(store),
    wrappingKey: { keyArn: environment.WRAPPING_KEY, deployment },
    custody,
    algorithm,
    deletionDays: Number(environment.KEY_DELETION_DAYS),
  }),
  policy: keyPolicy({
    custody,
    algorithm,
    rotationDays: Number(environment.KEY_ROTATION_DAYS),
    longestTokenSeconds,
    keySetMaxAgeSeconds: keySetMaxAge,
    functionSeconds: Number(environment.TIME_LIMIT),
  }),
  clock: systemClock,
  random: systemRandom,
  audit,
};

const answerHttp = lambdaHandler(keysEndpoint(ports));

const answerCloudFormation = customResource({
  read: readSigningKeysEvent,
  carryOut: async ({ RequestType, RequestId }) => {
    const author = { actor: `deployment/${deployment}`, requestId: RequestId };
    if (RequestType !== 'Delete') await tend(ports, author);
    else if (environment.KEYS_WITHOUT_STACK === 'destroy') await endAllKeys(ports, author);
    return ok(undefined);
  },
  physicalIdOf: () => 'signing-keys',
  name: 'the keys function',
  pauses: [1_000, 2_000, 4_000, 8_000],
});

/** One that fails keeps the other from nothing. */
async function daily(author: KeyAuthor): Promise<void> {
  try {
    await tendDaily(ports, author);
  } finally {
    await Promise.all([tendSecret('seals', author), tendSecret('nonces', author)]);
  }
}

async function tendSecret(behind: 'seals' | 'nonces', author: KeyAuthor): Promise<void> {
  const secretArn = behind === 'seals' ? environment.SEAL_SECRET : environment.NONCE_SECRET;
  if (secretArn === 'none') return;
  const client = new SecretsManagerClient(clientDefaults);
  const store = secretsManagerSealSecretStore({ client, secretArn });
  await tendSealSecret({ ...ports, store, behind }, author);
}

/** A request that Lambda delivers again has the same id, and so goes on where it was interrupted. */
export async function handler(input: unknown, context: Context): Promise<unknown> {
  const event = readKeysEvent(input);
  switch (event.from) {
    case 'http':
      return answerHttp(event.event, context);
    case 'cloudformation':
      return answerCloudFormation(event.event);
    case 'schedule':
      return daily({ actor: `schedule/${deployment}`, requestId: context.awsRequestId });
  }
}
