import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { ProxiedProvider } from '../config/proxied-registration.ts';
import { acknowledge } from './acknowledge.ts';
import type { DataKey } from './data-key.ts';
import type { RegistrationCredential } from './pool-credential.ts';
import type { Retention } from './retention.ts';

export interface BootstrapSecretProps {
  readonly proxied: ProxiedProvider;
  readonly dataKey: DataKey;
  readonly retention: Retention;
}

/**
 * By what clients are registered at an identity provider. Where the config names none, the stack makes a secret with a value
 * that no provider takes, and an operator puts in the one that the provider gave.
 */
export class BootstrapSecret extends Construct implements RegistrationCredential {
  /** As the function reads it. */
  readonly variables: { readonly secret: string };
  readonly #dataKey: DataKey | undefined;

  constructor(scope: Construct, id: string, { proxied, dataKey, retention }: BootstrapSecretProps) {
    super(scope, id);
    const { idp, registration } = proxied;
    if (registration.credentialArn !== undefined) {
      this.variables = { secret: registration.credentialArn };
      return;
    }
    const secret = new Secret(this, 'Secret', {
      description: `${Stack.of(this).stackName}: registers clients at identity provider ${idp.id}; put its value in`,
      encryptionKey: dataKey.key,
      removalPolicy: retention.removalPolicy,
    });
    this.variables = { secret: secret.secretArn };
    this.#dataKey = dataKey;
    new CfnOutput(this, 'Arn', {
      value: secret.secretArn,
      description: `put in here by what clients are registered at identity provider ${idp.id}`,
    });
    acknowledge(
      this,
      'AwsSolutions-SMG4',
      'The identity provider chooses the credential; it changes when an operator changes it there.',
    );
  }

  /** Reading this secret, with the key it needs where that is ours. */
  grantUse(grantee: IGrantable): void {
    Grant.addToPrincipal({
      grantee,
      actions: ['secretsmanager:GetSecretValue'],
      resourceArns: [this.variables.secret],
    });
    this.#dataKey?.grantDecryptionOfSecrets(grantee);
  }
}
