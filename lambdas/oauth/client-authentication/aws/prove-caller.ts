import type { CallerIdentities } from '../../../ports/caller-identities.ts';
import type { Instant } from '../../../runtime/clock.ts';
import type { Issuer } from '../../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../../runtime/result.ts';
import type { Secret } from '../../../runtime/secret.ts';
import type { ClientRefusal } from '../../refusal.ts';
import type { IssuerHosts } from '../../workload/aws-issuer.ts';
import type { LookUp, ProvenAssertion } from '../proven-assertion.ts';
import { readCallerRequest } from './caller-request.ts';

export interface CallerProofPorts {
  /** Absent where the deployment does not accept signed requests. */
  readonly callers?: CallerIdentities | undefined;
  readonly audiences: { readonly issuer: Issuer };
  readonly issuerHosts: IssuerHosts;
  readonly lookUp: LookUp;
}

/** Proves a client by a request that its AWS role signed: AWS itself, to which we send it, says who signed. */
export async function proveCaller(
  { callers, audiences, issuerHosts, lookUp }: CallerProofPorts,
  assertion: Secret,
  clientId: string | undefined,
  now: Instant,
): Promise<Result<ProvenAssertion, ClientRefusal>> {
  if (callers === undefined) return refuse({ reason: 'assertion_type_unknown' });
  const read = readCallerRequest(assertion, { issuer: audiences.issuer, hosts: issuerHosts }, now);
  if (!read.ok) return read;
  const { request, jti, deadAt } = read.value;
  const view = clientId === undefined ? {} : await lookUp({ clientId });
  const { client } = view;
  // AWS is asked for registered clients only.
  if (client?.authentication.method !== 'aws_caller_identity')
    return refuse({ reason: 'aws_caller_not_verified' });
  const caller = await callers.identify(request);
  if (!caller.ok) return refuse({ reason: 'aws_caller_not_verified' });
  if (!isSessionOf(client.authentication.role, caller.value)) return refuse({ reason: 'aws_role_not_bound' });
  return ok({ client, view, assertion: { issuer: request.endpoint, jti, until: deadAt } });
}

/**
 * Whether the caller is a session of the role. Its ARN lacks the path of the role, and need not have it: in an account
 * the name of a role is unique, whatever its path.
 */
export function isSessionOf(role: string, caller: string): boolean {
  const bound = /^arn:(aws[a-z-]*):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(role)?.slice(1);
  const is = /^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(caller)?.slice(1);
  return bound !== undefined && is !== undefined && bound.every((part, position) => part === is[position]);
}
