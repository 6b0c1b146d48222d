import { Stack } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { SigningCustody, SigningVariables } from './signing-custody.ts';

const signingTag = 'vestibule:signing';
const intentTag = 'vestibule:intent';

/**
 * Keys that KMS keeps. They are made at run time, so that a rotation needs no deployment, and everything about them is
 * allowed by tag: whoever tags a key for this stack lets the functions that sign use it.
 */
export class SigningKeys extends Construct implements SigningCustody {
  /** RS256 signatures over digests, by any key tagged for this stack. */
  grantSigning(role: IRole): SigningVariables {
    grantByTag(role, 'kms:Sign', {
      'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256',
      'kms:MessageType': 'DIGEST',
    });
    return this.variables;
  }

  /** RSA keys for signatures that bear the tag of this stack from the first moment. */
  grantMaking(role: IRole): SigningVariables {
    const tagged = { [`aws:RequestTag/${signingTag}`]: Stack.of(this).stackName };
    // A key that does not exist yet has no ARN.
    allow(role, ['kms:CreateKey'], '*', {
      StringEquals: { ...tagged, 'kms:KeySpec': 'RSA_2048', 'kms:KeyUsage': 'SIGN_VERIFY' },
    });
    allow(role, ['kms:TagResource'], anyKey(role), {
      StringEquals: tagged,
      'ForAllValues:StringEquals': { 'aws:TagKeys': [signingTag, intentTag] },
    });
    // The tags of a new key may take KMS five minutes to heed, and neither a public key nor a tag is a secret.
    allow(role, ['kms:GetPublicKey', 'kms:ListResourceTags'], anyKey(role));
    allow(role, ['kms:ListKeys'], '*');
    acknowledge(
      role,
      'AwsSolutions-IAM5[Resource::*]',
      'KMS knows no narrower resource for the creation and the listing of keys: conditions bound the creation.',
    );
    return this.variables;
  }

  private get variables(): SigningVariables {
    return { WRAPPING_KEY: 'none', DEPLOYMENT: Stack.of(this).stackName };
  }
}

/** The end of keys in KMS that bear the tag of the stack, in either mode: a deployment may have changed it. */
export function grantEndOfKeys(role: IRole): void {
  grantByTag(role, 'kms:ScheduleKeyDeletion', {});
}

function grantByTag(role: IRole, action: string, equals: Readonly<Record<string, string>>): void {
  const ours = { [`aws:ResourceTag/${signingTag}`]: Stack.of(role).stackName };
  allow(role, [action], anyKey(role), { StringEquals: { ...ours, ...equals } });
  acknowledge(
    role,
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*]`,
    'The tag condition names the keys: a rotation adds a key without a change of this policy.',
  );
}

function allow(role: IRole, actions: string[], resource: string, conditions: object = {}): void {
  role.addToPrincipalPolicy(
    new PolicyStatement({ actions, resources: [resource], conditions: { ...conditions } }),
  );
}

function anyKey(role: IRole): string {
  return Stack.of(role).formatArn({ service: 'kms', resource: 'key', resourceName: '*' });
}
