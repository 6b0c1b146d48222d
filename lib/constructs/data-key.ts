import { Duration, Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Retention } from './retention.ts';

/** Encrypts the deployment's secrets, and wraps what is kept of people. It turns over its material every year. */
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

  /** Data keys for the refresh tokens of identity providers, bound to this deployment and to that purpose. */
  grantUpstreamGrants(role: IRole): { readonly VAULT_KEY: string } {
    return this.grantEnvelopes(role, ['kms:GenerateDataKey', 'kms:Decrypt'], 'upstream-grant');
  }

  /** The same for the tokens that agents get as themselves. */
  grantMachineTokens(role: IRole): void {
    this.grantEnvelopes(role, ['kms:GenerateDataKey', 'kms:Decrypt'], 'machine-token');
  }

  /** Sealing by what a client proves itself at an identity provider, and sealing and opening by what it is removed there. */
  grantEnrolments(role: IRole): { readonly VAULT_KEY: string } {
    this.grantEnvelopes(role, ['kms:GenerateDataKey'], 'enrolment-proof');
    return this.grantEnvelopes(role, ['kms:GenerateDataKey', 'kms:Decrypt'], 'enrolment-registration');
  }

  /** Opening by what a client proves itself at an identity provider. */
  grantEnrolmentProofs(role: IRole): void {
    this.grantEnvelopes(role, ['kms:Decrypt'], 'enrolment-proof');
  }

  /** Sealing and opening all that is kept of accounts at third parties. */
  grantConnectionGrants(role: IRole): { readonly VAULT_KEY: string } {
    this.grantEnvelopes(role, ['kms:GenerateDataKey', 'kms:Decrypt'], 'connection-grant');
    return this.grantEnvelopes(role, ['kms:GenerateDataKey', 'kms:Decrypt'], 'connection-access');
  }

  /** Opening what calls of third parties bear, and not what that is renewed by. */
  grantConnectionAccess(role: IRole): { readonly VAULT_KEY: string } {
    return this.grantEnvelopes(role, ['kms:Decrypt'], 'connection-access');
  }

  private grantEnvelopes(role: IRole, actions: string[], purpose: string): { readonly VAULT_KEY: string } {
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions,
        resources: [this.key.keyArn],
        conditions: {
          StringEquals: {
            'kms:EncryptionContext:deployment': Stack.of(this).stackName,
            'kms:EncryptionContext:purpose': purpose,
          },
        },
      }),
    );
    return { VAULT_KEY: this.key.keyArn };
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
