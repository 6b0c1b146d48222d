import type { Kms } from '../kms/kms.ts';
import { AwsError, type Input, type Requirement, run, type Service, unknownOperation } from '../service.ts';
import { administrationOperations } from './administration.ts';
import { randomPassword } from './random-password.ts';
import { createSecretStore, type SecretRecord, type SecretStoreOptions } from './secret-store.ts';
import { valueOperations } from './values.ts';

/** What Secrets Manager does with a customer-managed key on the caller's behalf. */
const keyActions: Readonly<Record<string, readonly string[]>> = {
  GetSecretValue: ['Decrypt'],
  CreateSecret: ['GenerateDataKey', 'Decrypt'],
  PutSecretValue: ['GenerateDataKey', 'Decrypt'],
  UpdateSecret: ['GenerateDataKey', 'Decrypt'],
};

export function createSecretsManager(options: SecretStoreOptions, kms: Kms): Service {
  const secrets = createSecretStore(options);
  const operations = {
    ...administrationOperations(secrets),
    ...valueOperations(secrets),
    GetRandomPassword: randomPassword,
  };
  const found = (secretId: string): SecretRecord | undefined => {
    try {
      return secrets.find(secretId);
    } catch {
      return undefined;
    }
  };
  const arnOf = (name: string): string =>
    name.startsWith('arn:')
      ? name
      : `arn:aws:secretsmanager:${options.region}:${options.account}:secret:${name}`;

  return {
    prefix: 'secretsmanager',
    throttled: new AwsError('ThrottlingException', 'Rate exceeded'),
    unavailable: new AwsError('InternalServiceError', 'An error occurred on the server side.', 500),
    requirements: (operation, input) => {
      if (!Object.hasOwn(operations, operation)) throw unknownOperation();
      const action = `secretsmanager:${operation}`;
      const name = textOf(input, 'SecretId') ?? textOf(input, 'Name');
      if (name === undefined) return Promise.resolve([{ action, resource: '*' }]);
      const secret = found(name);
      const tags = Object.entries(secret?.tags ?? {}).map(([key, value]) => [
        `aws:ResourceTag/${key}`,
        value,
      ]);
      const own = {
        action,
        resource: secret?.arn ?? arnOf(name),
        context: Object.fromEntries(tags) as Record<string, string>,
      };
      const keyId = textOf(input, 'KmsKeyId') ?? secret?.keyId;
      const viaService = `secretsmanager.${options.region}.amazonaws.com`;
      const implied = (keyActions[operation] ?? []).flatMap((each) => keyUse(kms, keyId, each, viaService));
      return Promise.resolve([own, ...implied]);
    },
    handle: (operation, input, caller) => run(operations, operation, input, caller),
  };
}

function keyUse(
  kms: Kms,
  keyId: string | undefined,
  action: string,
  viaService: string,
): readonly Requirement[] {
  const use = keyId === undefined ? undefined : kms.use(keyId, action, viaService);
  const refusal = (): AwsError => new AwsError('AccessDeniedException', 'Access to KMS is not allowed');
  return use === undefined ? [] : [{ ...use, refusal }];
}

function textOf(input: Input, field: string): string | undefined {
  const value = input[field];
  return typeof value === 'string' ? value : undefined;
}
