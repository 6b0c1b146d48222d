import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Signing } from '../config/signing.ts';
import { EndpointFunction } from './endpoint-function.ts';
import { Recurring } from './recurring.ts';
import type { RegistryTable } from './registry-table.ts';
import type { Retention } from './retention.ts';
import type { SigningCustody } from './signing-custody.ts';
import type { SealSecret } from './seal-secret.ts';
import { grantEndOfKeys } from './signing-keys.ts';

export interface KeyRotationProps {
  readonly signingKeys: SigningCustody;
  readonly signing: Signing;
  readonly registry: RegistryTable;
  /** Absent where nobody signs in. */
  readonly sealSecret: SealSecret | undefined;
  /** Absent where proofs of keys do without nonces. */
  readonly nonceSecret: SealSecret | undefined;
  readonly retention: Retention;
  /** Days after which the next key takes over. */
  readonly rotationDays: number;
}

const timeLimitSeconds = 120;

/** The function that makes, rotates and destroys the signing keys: at deployment, every day, and for operators. */
export class KeyRotation extends Construct {
  readonly function: IFunction;
  /** Once it is made, the issuer has keys to publish. */
  readonly firstKeys: CustomResource;
  readonly schedule: Recurring;

  constructor(scope: Construct, id: string, props: KeyRotationProps) {
    super(scope, id);
    const { signingKeys, signing, registry, sealSecret, nonceSecret, retention, rotationDays } = props;
    const deletesKeys = retention.removalPolicy === RemovalPolicy.DESTROY;
    const { function: keys } = new EndpointFunction(scope, 'Keys', {
      name: 'keys',
      description: 'Makes, rotates and destroys the signing keys, and rotates what seals cookies and nonces',
      memoryMegabytes: 512,
      // Operators wait at an endpoint for 20 seconds at most, CloudFormation and the schedule for all of it.
      timeoutSeconds: timeLimitSeconds,
      retention,
      environment: (role) => {
        grantEndOfKeys(role);
        return {
          SIGNING_ALGORITHM: signing.algorithm,
          KEY_ROTATION_DAYS: String(rotationDays),
          KEY_DELETION_DAYS: retention.protect ? '30' : '7',
          KEYS_WITHOUT_STACK: deletesKeys ? 'destroy' : 'retain',
          SEAL_SECRET: sealSecret?.grantRotation(role) ?? 'none',
          NONCE_SECRET: nonceSecret?.grantRotation(role) ?? 'none',
          TIME_LIMIT: String(timeLimitSeconds),
          ...signingKeys.grantMaking(role),
          ...registry.grantKeyRing(role),
        };
      },
    });
    this.function = keys;
    this.firstKeys = new CustomResource(this, 'SigningKeys', {
      serviceToken: keys.functionArn,
      resourceType: 'Custom::VestibuleSigningKeys',
      // Where they change, the keys of a running deployment do.
      properties: { Custody: signing.mode, Algorithm: signing.algorithm },
      serviceTimeout: Duration.minutes(15),
    });
    this.schedule = new Recurring(this, 'Daily', {
      function: keys,
      every: 'day',
      description: `${Stack.of(this).stackName}: rotates the signing keys when they are due`,
      input: { schedule: 'daily' },
    });
  }
}
