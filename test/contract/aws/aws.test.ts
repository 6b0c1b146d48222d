import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe } from 'vitest';
import { kmsConnectionSeals } from '../../../lambdas/adapters/kms/connection-seals.ts';
import { describeConnectionSeals } from './connection-seals-contract.ts';
import { connectionSecretsContract } from './connection-secrets-contract.ts';
import { deliveredTokensContract } from './delivered-tokens-contract.ts';
import { dynamodbContract } from './dynamodb-contract.ts';
import { eventBridgeContract } from './eventbridge-contract.ts';
import { kmsContract } from './kms-contract.ts';
import { secretsManagerContract } from './secrets-manager-contract.ts';
import { sqsContract } from './sqs-contract.ts';
import { type ContractTarget, startContractTarget } from './target.ts';

let target: ContractTarget;

beforeAll(async () => {
  target = await startContractTarget();
});

afterAll(async () => {
  await target.stop();
});

describe('KMS', () => {
  kmsContract(() => target);
});

describe('KMS, for what is kept of connections', () => {
  let keyArn = '';
  beforeAll(async () => {
    keyArn = (await target.kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
  });
  describeConnectionSeals(() => {
    const sealsOf = (deployment: string) => kmsConnectionSeals({ client: target.kms, keyArn, deployment });
    return { seals: sealsOf('Vestibule'), ofAnotherDeployment: sealsOf('Other') };
  });
});

describe('Secrets Manager', () => {
  secretsManagerContract(() => target);
});

describe('Secrets Manager, for tokens that are delivered into secrets', () => {
  deliveredTokensContract(() => target);
});

describe('Secrets Manager, for what is kept of connections', () => {
  connectionSecretsContract(() => target);
});

describe('SQS', () => {
  sqsContract(() => target);
});

describe('EventBridge', () => {
  eventBridgeContract(() => target);
});

describe('DynamoDB', () => {
  dynamodbContract(() => target);
});
