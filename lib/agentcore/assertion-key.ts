import { Duration, Stack } from 'aws-cdk-lib';
import {
  AccountRootPrincipal,
  AnyPrincipal,
  Effect,
  Grant,
  type IGrantable,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Retention } from '../constructs/retention.ts';

export interface AssertionKeyProps {
  readonly clientId: string;
  readonly algorithm: 'RS256' | 'PS256' | 'ES256';
  readonly retention: Retention;
}

const uses = ['kms:Sign', 'kms:DescribeKey'];
const throughAgentCore = { 'kms:ViaService': 'bedrock-agentcore-identity.*.amazonaws.com' };

/** The key by which AgentCore signs the assertions of one client. Nobody signs with it but through AgentCore Identity. */
export class AssertionKey extends Construct {
  readonly keyArn: string;

  constructor(scope: Construct, id: string, { clientId, algorithm, retention }: AssertionKeyProps) {
    super(scope, id);
    const key = new Key(this, 'Key', {
      description: `${Stack.of(this).stackName}: signs client assertions of ${clientId}`,
      keySpec: algorithm === 'ES256' ? KeySpec.ECC_NIST_P256 : KeySpec.RSA_2048,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: retention.removalPolicy,
      pendingWindow: Duration.days(retention.protect ? 30 : 7),
    });
    // https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/private-key-jwt.html
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AgentCoreIdentitySigns',
        principals: [new AccountRootPrincipal()],
        actions: uses,
        resources: ['*'],
        conditions: { StringLike: throughAgentCore },
      }),
    );
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'NobodyElseSigns',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['kms:Sign'],
        resources: ['*'],
        conditions: { StringNotLike: throughAgentCore },
      }),
    );
    this.keyArn = key.keyArn;
  }

  /** The public half, for the registration of the client. */
  grantPublicKey(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['kms:GetPublicKey'],
      resourceArns: [this.keyArn],
    });
  }

  /** Signing, for the role in whose name AgentCore asks for tokens. */
  grantUse(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: uses,
      resourceArns: [this.keyArn],
      conditions: { StringLike: throughAgentCore },
    });
  }
}
