import { randomBytes } from 'node:crypto';
import { evaluateIdentity, evaluateResource, evaluateService, type ResourcePolicy } from '../iam/evaluate.ts';
import type { Decision, Permission, PolicyDocument } from '../iam/policy.ts';
import { compilePolicy, type Statement } from '../iam/statement.ts';
import type { Authentication, Principal, Session } from './call.ts';
import { headerValue, readSignature, type SignedRequest, signatureProblem } from './sigv4.ts';

export interface PrincipalsOptions {
  readonly region: string;
  readonly account: string;
  /** Milliseconds: a request is in time when one of them says so. */
  readonly clocks: () => readonly number[];
  /** The policy of a resource that has its own. */
  readonly resourcePolicy: (arn: string) => ResourcePolicy | undefined;
}

export interface Principals {
  readonly add: (principal: Principal, policies: readonly PolicyDocument[]) => void;
  /** The principal of an ARN: its keys stay, its policies and its session are replaced. */
  readonly forArn: (arn: string, policies: readonly PolicyDocument[], session?: Session) => Principal;
  readonly authenticate: (request: SignedRequest) => Authentication;
  /** The one place where IAM is decided. */
  readonly authorize: (principal: Principal, permission: Permission) => Decision;
  /** The same for a service of AWS, such as `events.amazonaws.com`, that acts for a resource of the account. */
  readonly authorizeService: (service: string, source: string, permission: Permission) => Decision;
}

export function createPrincipals(options: PrincipalsOptions): Principals {
  const byAccessKey = new Map<string, Principal>();
  const byArn = new Map<string, Principal>();
  const statements = new Map<string, readonly Statement[]>();

  const add = (principal: Principal, policies: readonly PolicyDocument[]): void => {
    statements.set(principal.arn, policies.flatMap(compilePolicy));
    byAccessKey.set(principal.accessKeyId, principal);
    byArn.set(principal.arn, principal);
  };

  return {
    add,
    forArn: (arn, policies, session = {}) => {
      const { accessKeyId, secretAccessKey } = byArn.get(arn) ?? newAccessKey();
      const principal = { arn, accessKeyId, secretAccessKey, session };
      add(principal, policies);
      return principal;
    },
    authenticate: (request) => {
      const claim = readSignature(request.headers);
      if (claim === undefined) return { ok: false, code: 'missing', refusal: 'Missing Authentication Token' };
      const principal = byAccessKey.get(claim.accessKeyId);
      if (principal === undefined) {
        return {
          ok: false,
          code: 'unknown',
          refusal: 'The security token included in the request is invalid.',
        };
      }
      const problem =
        claim.region === options.region
          ? signatureProblem(request, claim, principal.secretAccessKey, options.clocks())
          : `Credential should be scoped to a valid region, not '${claim.region}'.`;
      if (problem !== undefined) return { ok: false, code: 'signature', refusal: problem };
      const instance = headerValue(request.headers, 'x-amz-security-token');
      return { ok: true, principal, ...(instance === undefined ? {} : { instance }) };
    },
    authorize: ({ arn }, permission) => {
      const context = { 'aws:PrincipalArn': arn, 'aws:SecureTransport': 'true', ...permission.context };
      const asked = { ...permission, context };
      const identity = evaluateIdentity(statements.get(arn) ?? [], asked);
      const policy = options.resourcePolicy(permission.resource);
      if (policy === undefined) return identity;
      return evaluateResource(policy, { arn, account: options.account }, asked, identity);
    },
    authorizeService: (service, source, permission) => {
      const context = {
        ...{ 'aws:SecureTransport': 'true', 'aws:SourceArn': source, 'aws:SourceAccount': options.account },
        ...permission.context,
      };
      const policy = options.resourcePolicy(permission.resource);
      return evaluateService(policy?.statements ?? [], service, { ...permission, context });
    },
  };
}

export function newAccessKey(): { accessKeyId: string; secretAccessKey: string } {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const id = Array.from(randomBytes(16), (byte) => alphabet[byte % alphabet.length]).join('');
  return { accessKeyId: `AKIA${id}`, secretAccessKey: randomBytes(30).toString('base64url') };
}

/** Who AWS says calls: a role is assumed by the function instance, whose name is the session's. */
export function callerArn({ arn }: Principal, instance: string | undefined): string {
  const role = /^arn:aws:iam::(\d*):role\/(?:.*\/)?([^/]+)$/.exec(arn);
  if (role === null) return arn;
  const session = (instance ?? 'session').replace(/[^\w+=,.@-]/g, '-').slice(0, 64);
  return `arn:aws:sts::${role[1] ?? ''}:assumed-role/${role[2] ?? ''}/${session}`;
}
