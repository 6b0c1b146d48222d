import { afterAll, beforeAll, describe } from 'vitest';
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

describe('Secrets Manager', () => {
  secretsManagerContract(() => target);
});

describe('Secrets Manager, for tokens that are delivered into secrets', () => {
  deliveredTokensContract(() => target);
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
