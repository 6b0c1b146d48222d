import { Duration, Stack } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Signing } from '../config/signing.ts';
import type { RegistryTable } from './registry-table.ts';
import type { Retention } from './retention.ts';
import type { SigningCustody, SigningVariables } from './signing-custody.ts';

export interface WrappedSigningKeysProps {
  readonly algorithm: Signing['algorithm'];
  readonly registry: RegistryTable;
  readonly retention: Retention;
}

const pairSpecs = { RS256: 'RSA_2048', ES256: 'ECC_NIST_P256' } as const;

/**
 * The key under which KMS wraps the signing keys. Whoever makes one cannot open it, and whoever opens one cannot make
 * or replace it; both only for this deployment, and only for signing.
 */
export class WrappedSigningKeys extends Construct implements SigningCustody {
  readonly key: Key;
  readonly #props: WrappedSigningKeysProps;

  constructor(scope: Construct, id: string, props: WrappedSigningKeysProps) {
    super(scope, id);
    this.#props = props;
    this.key = new Key(this, 'WrappingKey', {
      description: `${Stack.of(this).stackName}: wraps the keys that sign access tokens`,
      enableKeyRotation: true,
      removalPolicy: props.retention.removalPolicy,
      pendingWindow: Duration.days(props.retention.protect ? 30 : 7),
    });
  }

  grantSigning(role: IRole): SigningVariables {
    this.#props.registry.grantWrappedKeys(role);
    this.allow(role, 'kms:Decrypt');
    return this.variables;
  }

  /** Key pairs of the algorithm, wrapped; their items are the key ring's own matter. */
  grantMaking(role: IRole): SigningVariables {
    const spec = pairSpecs[this.#props.algorithm];
    this.allow(role, 'kms:GenerateDataKeyPairWithoutPlaintext', { 'kms:DataKeyPairSpec': spec });
    return this.variables;
  }

  private allow(role: IRole, action: `kms:${string}`, more: Readonly<Record<string, string>> = {}): void {
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [action],
        resources: [this.key.keyArn],
        conditions: {
          StringEquals: {
            'kms:EncryptionContext:deployment': this.deployment,
            'kms:EncryptionContext:purpose': 'signing',
            ...more,
          },
        },
      }),
    );
  }

  private get variables(): SigningVariables {
    return { WRAPPING_KEY: this.key.keyArn, DEPLOYMENT: this.deployment };
  }

  private get deployment(): string {
    return Stack.of(this).stackName;
  }
}
