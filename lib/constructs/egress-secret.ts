import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { DataKey } from './data-key.ts';
import type { Retention } from './retention.ts';

/** What a secret holds: our client's at an OAuth server, a key of an API, or a name and a password. */
export type EgressSecretKind = 'client_secret' | 'api_key' | 'password';

export interface EgressSecretProps {
  /** Of the provider. */
  readonly id: string;
  readonly kind: EgressSecretKind;
  /** Of the secret that the config names. */
  readonly secretArn: string | undefined;
  readonly dataKey: DataKey;
  readonly retention: Retention;
}

const described = {
  client_secret: 'the client secret',
  api_key: 'the API key',
  password: 'the username and the password',
} as const;

/**
 * What a third party knows the deployment by. Where the config names no secret, the stack makes one with a value that nobody
 * knows, and an operator puts in what the third party gave.
 */
export class EgressSecret extends Construct {
  readonly secretArn: string;
  readonly #dataKey: DataKey | undefined;

  constructor(scope: Construct, id: string, props: EgressSecretProps) {
    super(scope, id);
    if (props.secretArn !== undefined) {
      this.secretArn = props.secretArn;
      return;
    }
    const { kind, dataKey, retention } = props;
    const secret = new Secret(this, 'Secret', {
      description: `${Stack.of(this).stackName}: ${described[kind]} at ${props.id}; put the value in`,
      encryptionKey: dataKey.key,
      removalPolicy: retention.removalPolicy,
      generateSecretString: {
        secretStringTemplate: JSON.stringify(kind === 'password' ? { username: 'put the name in' } : {}),
        generateStringKey: kind,
        passwordLength: 48,
        excludePunctuation: true,
      },
    });
    this.secretArn = secret.secretArn;
    this.#dataKey = dataKey;
    new CfnOutput(this, 'Arn', {
      value: secret.secretArn,
      description: `put ${described[kind]} of ${props.id} in here`,
    });
    acknowledge(
      this,
      'AwsSolutions-SMG4',
      'The third party chooses the secret; it changes when an operator changes it there.',
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
