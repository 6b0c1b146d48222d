import { Stack } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { acknowledge } from './acknowledge.ts';
import type { DataKey } from './data-key.ts';

const keeping = [
  'CreateSecret',
  'DescribeSecret',
  'PutSecretValue',
  'GetSecretValue',
  'DeleteSecret',
] as const;

/** Making, reading and deleting the secrets that tokens of connected accounts are kept in. */
export function grantConnectionSecrets(role: IRole, dataKey: DataKey): void {
  allow(role, keeping, '*');
  dataKey.grantEncryptionOfSecrets(role);
}

/** Reading what calls of third parties bear, and not what that is renewed by. */
export function grantConnectionAccessSecrets(role: IRole, dataKey: DataKey): void {
  allow(role, ['GetSecretValue'], 'access/*');
  dataKey.grantDecryptionOfSecrets(role);
}

/** They are made while the deployment runs, under names that begin with its own. */
function allow(role: IRole, actions: readonly string[], names: '*' | 'access/*'): void {
  const { partition, region, account, stackName } = Stack.of(role);
  const name = `secret:${stackName}/connection/${names}`;
  role.addToPrincipalPolicy(
    new PolicyStatement({
      actions: actions.map((action) => `secretsmanager:${action}`),
      resources: [`arn:${partition}:secretsmanager:${region}:${account}:${name}`],
    }),
  );
  acknowledge(
    role,
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:${name}]`,
    'Each connected account has secrets of its own, which are made when somebody connects it.',
  );
}
