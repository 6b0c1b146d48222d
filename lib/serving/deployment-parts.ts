import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { clientDocumentsOf } from '../config/client-documents.ts';
import type { VestibuleConfig } from '../config/config.ts';
import { limitsOf } from '../config/limits.ts';
import type { Signing } from '../config/signing.ts';
import type { FrontDoor } from '../constructs/front-door.ts';
import type { GrantsTable } from '../constructs/grants-table.ts';
import type { RegistryTable } from '../constructs/registry-table.ts';
import type { Retention } from '../constructs/retention.ts';
import type { SealSecret } from '../constructs/seal-secret.ts';
import type { SigningCustody } from '../constructs/signing-custody.ts';
import type { PeopleParts } from './people-parts.ts';
import type { EgressParts } from './serve-connections.ts';

/** What the functions behind the front door are made of. */
export interface DeploymentParts {
  /** Where they are made: their logical ids begin with its. */
  readonly scope: Construct;
  readonly config: VestibuleConfig;
  readonly issuer: string;
  readonly frontDoor: FrontDoor;
  readonly registry: RegistryTable;
  readonly grants: GrantsTable;
  readonly signing: Signing;
  readonly signingKeys: SigningCustody;
  /** Seals cookies and forms; absent where nobody signs in. */
  readonly sealSecret: SealSecret | undefined;
  /** Seals the nonces of DPoP proofs; absent where proofs do without. */
  readonly nonceSecret: SealSecret | undefined;
  readonly retention: Retention;
  /** Undefined where the config has no identity provider, and nobody signs in. */
  readonly people: PeopleParts | undefined;
  /** Undefined where the config has no third party. */
  readonly egress: EgressParts | undefined;
}

interface Size {
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  readonly retention: Retention;
}

/** What is enough for a function that computes little. */
export function modest(retention: Retention): Size {
  return { memoryMegabytes: 512, timeoutSeconds: 10, retention };
}

/** Whether resources and documents may live on this machine, over plain http. */
export function allowedHosts({ profile }: VestibuleConfig): 'public' | 'loopback' {
  return profile === 'dev' ? 'loopback' : 'public';
}

/** Whether there is anybody to sign in. */
export function hasPeople({ identityProviders = [] }: VestibuleConfig): boolean {
  return identityProviders.length > 0;
}

interface ClientProofVariables {
  readonly ISSUER: string;
  readonly DOCUMENT_HOSTS: 'public' | 'loopback';
  readonly CLIENT_DOCUMENTS: string;
  readonly AWS_CALLER_IDENTITY: 'accepted' | 'refused';
  readonly MUTUAL_TLS: string;
  readonly CLIENT_LIMIT: string;
  readonly ADDRESS_LIMIT: string;
}

/** What every function needs at which clients prove themselves. */
export function clientProof({ config, issuer, frontDoor }: DeploymentParts): ClientProofVariables {
  const limits = limitsOf(config);
  return {
    ISSUER: issuer,
    DOCUMENT_HOSTS: allowedHosts(config),
    CLIENT_DOCUMENTS: clientDocumentsOf(config),
    AWS_CALLER_IDENTITY: config.awsCallerIdentity === true ? 'accepted' : 'refused',
    MUTUAL_TLS: frontDoor.mutualTlsOrigin ?? 'none',
    CLIENT_LIMIT: limits.client,
    ADDRESS_LIMIT: limits.address,
  };
}

/** Serves a path to everybody, at most `rate` times a second. */
export function servePublicly(
  frontDoor: FrontDoor,
  path: `/${string}` | '$default',
  target: IFunction,
  rate: number,
  waitSeconds?: number,
): void {
  frontDoor.serve(path, {
    ...{ function: target, authorizer: 'none', throttle: { rate, burst: 2 * rate } },
    ...(waitSeconds !== undefined && { waitSeconds }),
  });
}

/** Whether agents call third parties here. */
export function hasEgress({ egress }: VestibuleConfig): boolean {
  return (egress?.providers ?? []).length > 0;
}
