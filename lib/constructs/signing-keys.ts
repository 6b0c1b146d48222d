import { Duration, Stack, Tags } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Retention } from './retention.ts';
import type { SigningCustody, SigningVariables } from './signing-custody.ts';

const signingTag = 'vestibule:signing';

/**
 * The key that signs and its standby. Signing is allowed by tag, so that a key which takes over years later needs no
 * deployment: whoever tags a key for this stack lets the token function sign with it.
 */
export class SigningKeys extends Construct implements SigningCustody {
  readonly active: Key;
  readonly standby: Key;

  constructor(scope: Construct, id: string, retention: Retention) {
    super(scope, id);
    this.active = this.key('Active', retention);
    this.standby = this.key('Standby', retention);
  }

  /** RS256 signatures over digests, by any key tagged for this stack. */
  grantSigning(role: IRole): SigningVariables {
    const stack = Stack.of(this);
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Sign'],
        resources: [stack.formatArn({ service: 'kms', resource: 'key', resourceName: '*' })],
        conditions: {
          StringEquals: {
            [`aws:ResourceTag/${signingTag}`]: stack.stackName,
            'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256',
            'kms:MessageType': 'DIGEST',
          },
        },
      }),
    );
    acknowledge(
      role,
      `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*]`,
      'The tag condition names the keys: a rotation adds a key without a change of this policy.',
    );
    return { WRAPPING_KEY: 'none', DEPLOYMENT: stack.stackName };
  }

  /** The public halves, for the key ring. */
  grantSeeding(role: IRole): Pick<SigningVariables, 'WRAPPING_KEY'> {
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:GetPublicKey'],
        resources: [this.active.keyArn, this.standby.keyArn],
      }),
    );
    return { WRAPPING_KEY: 'none' };
  }

  get seeding(): Readonly<Record<string, string>> {
    return { ActiveKeyArn: this.active.keyArn, StandbyKeyArn: this.standby.keyArn };
  }

  private key(id: 'Active' | 'Standby', retention: Retention): Key {
    const key = new Key(this, id, {
      description: `${Stack.of(this).stackName}: signs access tokens (${id.toLowerCase()} key)`,
      keySpec: KeySpec.RSA_2048,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: retention.removalPolicy,
      pendingWindow: Duration.days(retention.protect ? 30 : 7),
    });
    Tags.of(key).add(signingTag, Stack.of(this).stackName);
    return key;
  }
}
