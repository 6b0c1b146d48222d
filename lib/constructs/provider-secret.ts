import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { DataKey } from './data-key.ts';
import type { Retention } from './retention.ts';

export interface ProviderSecretProps {
  /** What it is the secret at, in words for operators. */
  readonly at: string;
  readonly clientId: string;
  /** Of the secret that the config names. */
  readonly secretArn: string | undefined;
  readonly dataKey: DataKey;
  readonly retention: Retention;
}

/**
 * Our client secret at an identity provider. Where the config names none, the stack makes a secret with a value that no
 * provider knows, and an operator puts in the one that the provider gave.
 */
export class ProviderSecret extends Construct {
  readonly secretArn: string;
  readonly #dataKey: DataKey | undefined;

  constructor(
    scope: Construct,
    id: string,
    { at, clientId, secretArn, dataKey, retention }: ProviderSecretProps,
  ) {
    super(scope, id);
    if (secretArn !== undefined) {
      this.secretArn = secretArn;
      return;
    }
    const secret = new Secret(this, 'Secret', {
      description: `${Stack.of(this).stackName}: client secret at ${at}; put its value in`,
      encryptionKey: dataKey.key,
      removalPolicy: retention.removalPolicy,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ client_id: clientId }),
        generateStringKey: 'client_secret',
        passwordLength: 48,
        excludePunctuation: true,
      },
    });
    this.secretArn = secret.secretArn;
    this.#dataKey = dataKey;
    new CfnOutput(this, 'Arn', {
      value: secret.secretArn,
      description: `put the client secret of ${at} in here`,
    });
    acknowledge(
      this,
      'AwsSolutions-SMG4',
      'The identity provider chooses the secret; it changes when an operator changes it there.',
    );
  }

  /** Reading this secret, with the key it needs where that is ours. */
  grantRead(grantee: IGrantable): void {
    Grant.addToPrincipal({
      grantee,
      actions: ['secretsmanager:GetSecretValue'],
      resourceArns: [this.secretArn],
    });
    this.#dataKey?.grantDecryptionOfSecrets(grantee);
  }
}
