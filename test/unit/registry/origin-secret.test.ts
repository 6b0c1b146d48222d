import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { secretsManagerOriginSecrets } from '../../../lambdas/adapters/secrets-manager/origin-secrets.ts';
import { readEvent } from '../../../lambdas/functions/registrar/event.ts';
import {
  carryOut,
  physicalIdOf,
  type RegistrationPorts,
} from '../../../lambdas/functions/registrar/registrations.ts';
import { sha256 } from '../../../lambdas/runtime/digest.ts';
import type { Result } from '../../../lambdas/runtime/result.ts';
import { startCloud, type Cloud } from '../../../local/aws/cloud.ts';
import { createFaultPlan } from '../../../local/aws/faults.ts';
import { createVirtualClock } from '../../../local/clock.ts';

const value = 'a-value-of-no-less-than-forty-three-characters';
let cloud: Cloud;
let client: SecretsManagerClient;

beforeAll(async () => {
  cloud = await startCloud({
    ...{ region: 'us-east-1', account: '000000000000' },
    ...{ clock: createVirtualClock(), faults: createFaultPlan() },
  });
  const { endpoint, operator: credentials } = cloud;
  client = new SecretsManagerClient({ endpoint, region: 'us-east-1', credentials });
});

afterAll(async () => {
  client.destroy();
  await cloud.stop();
});

async function secretOf(text: string): Promise<string> {
  const { ARN: arn = '' } = await client.send(
    new CreateSecretCommand({ Name: `origin-${text.length}`, SecretString: text }),
  );
  return arn;
}

async function outcomeOf(type: 'Create' | 'Delete', properties: object): Promise<Result<unknown, string>> {
  const event = readEvent({
    ...{ RequestType: type, ResponseURL: 'http://127.0.0.1', StackId: 's', RequestId: 'r' },
    ...{ LogicalResourceId: 'Digest', ResourceType: 'Custom::VestibuleOriginSecret' },
    ...{ PhysicalResourceId: 'origin-secret', ResourceProperties: properties },
  });
  if (event === undefined) throw new Error('the registrar does not know the event');
  expect(physicalIdOf(event)).toBe('origin-secret');
  const originSecrets = secretsManagerOriginSecrets({ client });
  // The digest needs nothing of the registry.
  const author = { managedBy: { kind: 'deployment', deployment: 'Shop' }, at: 0, requestId: 'r' } as never;
  return carryOut({ originSecrets } as RegistrationPorts, event, author);
}

it('tells the stack the digest of the origin secret, and never the secret', async () => {
  const outcome = await outcomeOf('Create', { SecretArn: await secretOf(value) });
  expect(outcome).toEqual({ ok: true, value: { Digest: sha256(value) } });
  expect(JSON.stringify(outcome)).not.toContain(value);
  expect(await outcomeOf('Delete', { SecretArn: 'gone' })).toEqual({ ok: true, value: undefined });
});

it('refuses a declaration without a secret, and a secret that could be guessed', async () => {
  expect(await outcomeOf('Create', {})).toEqual({
    ok: false,
    refusal: 'SecretArn must be the ARN of a secret',
  });
  const short = await secretOf('short');
  await expect(outcomeOf('Create', { SecretArn: short })).rejects.toThrow(
    'is too short for an origin secret',
  );
});
