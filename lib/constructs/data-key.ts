import { Duration, Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Retention } from './retention.ts';

/** Encrypts the deployment's secrets. It turns over its material every year. */
export class DataKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, retention: Retention) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: `${Stack.of(this).stackName}: encrypts the secrets`,
      enableKeyRotation: true,
      removalPolicy: retention.removalPolicy,
      pendingWindow: Duration.days(retention.protect ? 30 : 7),
    });
  }

  /** Decryption on the way through Secrets Manager, and no other. */
  grantDecryptionOfSecrets(grantee: IGrantable): Grant {
    return this.grantThroughSecretsManager(grantee, ['kms:Decrypt']);
  }

  /** What Secrets Manager needs in the name of whoever writes a value; reading one takes another permission there. */
  grantEncryptionOfSecrets(grantee: IGrantable): Grant {
    return this.grantThroughSecretsManager(grantee, ['kms:Decrypt', 'kms:GenerateDataKey']);
  }

  private grantThroughSecretsManager(grantee: IGrantable, actions: string[]): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [this.key.keyArn],
      conditions: {
        StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(this).region}.amazonaws.com` },
      },
    });
  }
}
