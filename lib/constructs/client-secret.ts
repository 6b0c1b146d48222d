import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { DataKey } from './data-key.ts';
import type { Retention } from './retention.ts';

export interface ClientSecretProps {
  readonly clientId: string;
  readonly dataKey: DataKey;
  readonly retention: Retention;
}

/** The first secret of a client: `{"client_id", "client_secret"}`, made in the account and in no template. */
export class ClientSecret extends Construct {
  readonly secretArn: string;
  readonly #dataKey: DataKey;

  constructor(scope: Construct, id: string, { clientId, dataKey, retention }: ClientSecretProps) {
    super(scope, id);
    const secret = new Secret(this, 'Secret', {
      description: `${Stack.of(this).stackName}: client_secret of ${clientId}`,
      encryptionKey: dataKey.key,
      removalPolicy: retention.removalPolicy,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ client_id: clientId }),
        generateStringKey: 'client_secret',
        // 48 of 62 characters: 285 bits, so that a plain SHA-256 of it is safe to keep.
        passwordLength: 48,
        excludePunctuation: true,
      },
    });
    this.secretArn = secret.secretArn;
    this.#dataKey = dataKey;
    acknowledge(
      this,
      'AwsSolutions-SMG4',
      'A client has two live secrets while its owner rotates; a rotation that the owner does not see would lock it out.',
    );
  }

  /** Reading this secret, with the key it needs. */
  grantRead(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['secretsmanager:GetSecretValue'],
      resourceArns: [this.secretArn],
    }).combine(this.#dataKey.grantDecryptionOfSecrets(grantee));
  }
}
