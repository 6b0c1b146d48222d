import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Principal } from '../../../../local/aws/call.ts';
import { type Cloud, startCloud } from '../../../../local/aws/cloud.ts';
import { createFaultPlan } from '../../../../local/aws/faults.ts';
import { createVirtualClock, type VirtualClock } from '../../../../local/clock.ts';

export const table = 'registry';
export const tableArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${table}`;

/** A cloud with a table, a tagged signing key, and a secret under a data key. */
export interface Furnished {
  readonly cloud: Cloud;
  readonly clock: VirtualClock;
  readonly signingKey: string;
  readonly dataKey: string;
  readonly secret: string;
  /** Instances that a crash fault ended. */
  readonly crashed: readonly string[];
  readonly configOf: (principal: Principal, instance?: string) => object;
  /** A role that is allowed what the statements say. */
  readonly role: (name: string, ...statements: readonly object[]) => Principal;
}

export async function startFurnished(): Promise<Furnished> {
  const clock = createVirtualClock();
  const crashed: string[] = [];
  const cloud = await startCloud({
    region: 'us-east-1',
    account: '000000000000',
    clock,
    faults: createFaultPlan(),
    onCrash: (instance) => crashed.push(instance),
  });
  const configOf: Furnished['configOf'] = ({ accessKeyId, secretAccessKey }, instance) => {
    const session = instance === undefined ? {} : { sessionToken: instance };
    const credentials = { accessKeyId, secretAccessKey, ...session };
    return { region: 'us-east-1', endpoint: cloud.endpoint, credentials, maxAttempts: 1 };
  };
  return {
    ...(await furnish(configOf(cloud.root))),
    cloud,
    clock,
    crashed,
    configOf,
    role: (name, ...statements) => {
      const allowed = statements.map((statement) => ({ Effect: 'Allow', ...statement }));
      return cloud.principalFor(`arn:aws:iam::000000000000:role/${name}`, [{ Statement: allowed }]);
    },
  };
}

async function furnish(config: object): Promise<Pick<Furnished, 'signingKey' | 'dataKey' | 'secret'>> {
  const kms = new KMSClient(config);
  const tags = [{ TagKey: 'vestibule:signing', TagValue: 'Vestibule' }];
  const signing = await kms.send(
    new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY', Tags: tags }),
  );
  const data = await kms.send(new CreateKeyCommand({}));
  const dataKey = data.KeyMetadata!.Arn!;
  const secret = await new SecretsManagerClient(config).send(
    new CreateSecretCommand({ Name: 'client', SecretString: '{}', KmsKeyId: dataKey }),
  );
  await new DynamoDBClient(config).send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'kind'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-kind',
          KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  return { signingKey: signing.KeyMetadata!.Arn!, dataKey, secret: secret.ARN! };
}
