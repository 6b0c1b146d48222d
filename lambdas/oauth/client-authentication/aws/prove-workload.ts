import type { RegistryNames } from '../../../ports/registry.ts';
import type { Instant } from '../../../runtime/clock.ts';
import { DependencyUnavailable } from '../../../runtime/dependency.ts';
import { ok, refuse, type Result } from '../../../runtime/result.ts';
import type { Secret } from '../../../runtime/secret.ts';
import type { ClientRefusal } from '../../refusal.ts';
import { keysOfAwsIssuer } from '../../workload/aws-issuer.ts';
import { patternsCovering } from '../../workload/role-pattern.ts';
import type { ClientKeys } from '../client-keys.ts';
import type { LookUp, ProvenAssertion } from '../proven-assertion.ts';
import { candidates, isSignedByOneOf } from '../signature.ts';
import { unboundPart } from './binding.ts';
import { type AwsIdentity, type AwsIdentityContext, readAwsIdentity } from './read-identity.ts';

export interface WorkloadProofPorts extends AwsIdentityContext {
  readonly keys: ClientKeys;
  readonly lookUp: LookUp;
}

/** As long as a key set that could not be fetched is not asked for again. Seconds. */
const retryAfterSeconds = 30;

/** Proves the client that an AWS workload is, by the token that AWS STS issued to its role. */
export async function proveWorkload(
  { keys, lookUp, ...context }: WorkloadProofPorts,
  assertion: Secret,
  clientId: string | undefined,
  now: Instant,
): Promise<Result<ProvenAssertion, ClientRefusal>> {
  const read = readAwsIdentity(assertion, context, now);
  if (!read.ok) return read;
  const identity = read.value;
  const view = await lookUp(clientId === undefined ? byRole(identity) : { clientId });
  const { client } = view;
  // The keys of an issuer are fetched only where a client is registered for it: a stranger names no host to us.
  if (client?.authentication.method !== 'aws_iam_jwt') return refuse({ reason: 'aws_identity_not_verified' });
  const { workload } = client.authentication;
  if (workload.issuer !== identity.issuer) return refuse({ reason: 'aws_identity_not_verified' });
  if (!(await isSignedByAws(keys, assertion, identity, now))) {
    return refuse({ reason: 'aws_identity_not_verified' });
  }
  const unbound = unboundPart(workload, identity);
  if (unbound !== undefined) return refuse(unbound);
  const { issuer, jti, deadAt } = identity;
  return ok({ client, view, assertion: { issuer, jti, until: deadAt } });
}

/** AgentCore and the SDKs of AWS send no `client_id`: issuer and role are the name of the client. */
function byRole({ issuer, role }: AwsIdentity): Pick<RegistryNames, 'awsRole'> {
  return { awsRole: { issuer, patterns: patternsCovering(role) } };
}

async function isSignedByAws(
  keys: ClientKeys,
  assertion: Secret,
  identity: AwsIdentity,
  now: Instant,
): Promise<boolean> {
  const source = { kind: 'jwks_uri', jwksUri: keysOfAwsIssuer(identity.issuer) } as const;
  const found = await keys.find(source, (all) => candidates(all, identity).length > 0, now);
  // The keys of AWS are no document of the client's: without them nobody is at fault, and nothing is decided.
  if (!found.ok) {
    const cause = new Error(`its keys could not be read: ${found.refusal.reason}`);
    throw new DependencyUnavailable('the issuer of the AWS account', { cause, retryAfterSeconds });
  }
  return isSignedByOneOf(candidates(found.value, identity), assertion, identity.algorithm);
}
