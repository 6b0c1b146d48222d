import { Stack } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { DataKey } from './data-key.ts';
import type { Retention } from './retention.ts';

export interface SealSecretProps {
  /** What it is for, as operators read it. */
  readonly seals: string;
  readonly dataKey: DataKey;
  readonly retention: Retention;
}

/** What a kind of value is sealed with: a random value made in the account and in no template, with two live versions. */
export class SealSecret extends Construct {
  readonly #secret: Secret;
  readonly #dataKey: DataKey;

  constructor(scope: Construct, id: string, { seals, dataKey, retention }: SealSecretProps) {
    super(scope, id);
    this.#dataKey = dataKey;
    this.#secret = new Secret(this, 'Secret', {
      description: `${Stack.of(this).stackName}: seals ${seals}`,
      encryptionKey: dataKey.key,
      removalPolicy: retention.removalPolicy,
      // 48 of 62 characters: 285 bits.
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    });
    acknowledge(
      this,
      'AwsSolutions-SMG4',
      'The keys function rotates it on its daily schedule: a rotation of Secrets Manager would be one more function.',
    );
  }

  /** Reading both live versions; answers its ARN. */
  grantUse(role: IRole): string {
    this.allow(role, 'secretsmanager:GetSecretValue');
    this.#dataKey.grantDecryptionOfSecrets(role);
    return this.#secret.secretArn;
  }

  /** Putting a new value in place, and telling how old the current one is, without reading any; answers the same. */
  grantRotation(role: IRole): string {
    this.allow(role, 'secretsmanager:ListSecretVersionIds', 'secretsmanager:PutSecretValue');
    this.#dataKey.grantEncryptionOfSecrets(role);
    return this.#secret.secretArn;
  }

  private allow(role: IRole, ...actions: string[]): void {
    role.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [this.#secret.secretArn] }));
  }
}
