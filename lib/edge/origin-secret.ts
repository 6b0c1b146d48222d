import { CustomResource, Duration, Lazy, Stack } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from '../constructs/acknowledge.ts';
import type { DataKey } from '../constructs/data-key.ts';
import type { Retention } from '../constructs/retention.ts';

/** What only the edge can say: a random value that CloudFront adds to each request, and of which functions know the digest. */
export class OriginSecret extends Construct {
  readonly header = 'x-vestibule-origin';
  /** A reference that CloudFormation resolves: the value itself is in no template. */
  readonly value: string;
  /** What functions may know of it. The registrar makes it, and is itself made after all that is served. */
  readonly digest = Lazy.string({ produce: () => this.#digest });
  #digest: string | undefined;
  readonly #secret: Secret;
  readonly #dataKey: DataKey;

  constructor(scope: Construct, id: string, dataKey: DataKey, retention: Retention) {
    super(scope, id);
    this.#dataKey = dataKey;
    this.#secret = new Secret(this, 'Secret', {
      description: `${Stack.of(this).stackName}: what CloudFront proves itself with to the API`,
      encryptionKey: dataKey.key,
      removalPolicy: retention.removalPolicy,
      // 48 of 62 characters: 285 bits, so that a plain SHA-256 of it is safe to show.
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    });
    this.value = this.#secret.secretValue.unsafeUnwrap();
    acknowledge(
      this,
      'AwsSolutions-SMG4',
      'CloudFront takes a new value at a deployment only, so a rotation between two would shut everybody out.',
    );
  }

  /** Reading the secret, for the function that makes its digest. */
  grantRead(role: IRole): void {
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['secretsmanager:GetSecretValue'],
        resources: [this.#secret.secretArn],
      }),
    );
    this.#dataKey.grantDecryptionOfSecrets(role);
  }

  /** Has the digest made in the account. */
  digestBy(registrar: IFunction): void {
    this.#digest = new CustomResource(this, 'Digest', {
      serviceToken: registrar.functionArn,
      resourceType: 'Custom::VestibuleOriginSecret',
      properties: { SecretArn: this.#secret.secretArn },
      serviceTimeout: Duration.minutes(15),
    }).getAttString('Digest');
  }
}
