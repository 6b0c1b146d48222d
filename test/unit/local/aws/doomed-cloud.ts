import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startCloud } from '../../../../local/aws/cloud.ts';
import { createFaultPlan } from '../../../../local/aws/faults.ts';
import { createVirtualClock } from '../../../../local/clock.ts';

/** A process of its own: writes to a cloud, says what was acknowledged, and waits to be killed. */
const stateDirectory = process.argv[2];
if (stateDirectory === undefined) throw new Error('Name the state directory.');
const options = { region: 'us-east-1', account: '000000000000', clock: createVirtualClock() };
const cloud = await startCloud({ ...options, faults: createFaultPlan(), stateDirectory });
const config = { region: 'us-east-1', endpoint: cloud.endpoint, credentials: cloud.operator };

const dynamodb = new DynamoDBClient(config);
await dynamodb.send(
  new CreateTableCommand({
    TableName: 'durable',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  }),
);
const sqs = new SQSClient(config);
const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'durable' }));
const [key, secret] = await Promise.all([
  new KMSClient(config).send(new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })),
  new SecretsManagerClient(config).send(new CreateSecretCommand({ Name: 'durable', SecretString: 'kept' })),
  dynamodb.send(new PutItemCommand({ TableName: 'durable', Item: { pk: { S: 'item' } } })),
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'message' })),
]);
const acknowledged = {
  key: key.KeyMetadata?.Arn,
  secret: secret.ARN,
  item: 'item',
  operator: cloud.operator.accessKeyId,
};
process.stdout.write(JSON.stringify(acknowledged));
