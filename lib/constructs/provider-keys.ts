import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import {
  AnyPrincipal,
  Effect,
  Grant,
  type IGrantable,
  type IRole,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { IdentityProviderConfig, KeyAuthentication } from '../config/people-config.ts';
import type { Retention } from './retention.ts';

export interface ProviderKeysProps {
  readonly idp: IdentityProviderConfig;
  readonly authentication: KeyAuthentication;
  readonly issuer: string;
  readonly retention: Retention;
}

/** A certificate of an RSA key is signed as RS256 is. */
const algorithmsOf = {
  RS256: ['RSASSA_PKCS1_V1_5_SHA_256'],
  PS256: ['RSASSA_PSS_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_256'],
  ES256: ['ECDSA_SHA_256'],
} as const satisfies Record<KeyAuthentication['alg'], readonly string[]>;

/** The keys by which one identity provider knows the deployment. */
export class ProviderKeys extends Construct {
  /** By the names that the config gives them, in its order: the first one signs. */
  readonly keys: readonly { readonly id: string; readonly keyArn: string }[];
  readonly #keys: readonly Key[];
  readonly #algorithms: readonly string[];

  constructor(scope: Construct, id: string, { idp, authentication, issuer, retention }: ProviderKeysProps) {
    super(scope, id);
    const { alg, keys: ids = ['1'] } = authentication;
    const made = ids.map((name) => {
      const key = new Key(this, `Key-${name}`, {
        description: `${Stack.of(this).stackName}: proves it at identity provider ${idp.id}, key ${name}`,
        keySpec: alg === 'ES256' ? KeySpec.ECC_NIST_P256 : KeySpec.RSA_2048,
        keyUsage: KeyUsage.SIGN_VERIFY,
        removalPolicy: retention.removalPolicy,
        pendingWindow: Duration.days(retention.protect ? 30 : 7),
      });
      return { id: name, key };
    });
    this.#algorithms = algorithmsOf[alg];
    this.#keys = made.map(({ key }) => key);
    this.keys = made.map(({ id: name, key }) => ({ id: name, keyArn: key.keyArn }));
    new CfnOutput(this, 'JwksUri', {
      value: `${issuer}/.well-known/identity-provider-keys/${idp.id}`,
      description: `give this to identity provider ${idp.id} as the jwks_uri of the client`,
    });
  }

  /** Signing, which nobody else in the account may do whatever their policies say. */
  grantSigning(role: IRole): void {
    for (const key of this.#keys) {
      key.addToResourcePolicy(
        new PolicyStatement({
          sid: 'NobodyElseSigns',
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions: ['kms:Sign'],
          resources: ['*'],
          conditions: { ArnNotEquals: { 'aws:PrincipalArn': role.roleArn } },
        }),
      );
    }
    Grant.addToPrincipal({
      grantee: role,
      actions: ['kms:Sign'],
      resourceArns: this.#keys.map(({ keyArn }) => keyArn),
      conditions: {
        StringEquals: { 'kms:SigningAlgorithm': this.#algorithms, 'kms:MessageType': 'DIGEST' },
      },
    });
  }

  /** The public halves, for the registration. */
  grantPublicKeys(grantee: IGrantable): void {
    Grant.addToPrincipal({
      grantee,
      actions: ['kms:GetPublicKey'],
      resourceArns: this.#keys.map(({ keyArn }) => keyArn),
    });
  }
}
