import type { Principal } from '../aws/call.ts';
import type { PolicyDocument } from '../iam/policy.ts';

/** The roles of a run, each with all policies attached so far. */
export interface Roles {
  readonly define: (logicalId: string, arn: string, policies: readonly PolicyDocument[]) => void;
  /** A role that only a service may assume which is not here: nobody will act in it, whatever its policies. */
  readonly defineIdle: (logicalId: string, arn: string) => void;
  /** Throws when no role has that ARN. */
  readonly attach: (arn: string, policy: PolicyDocument) => void;
  /** Throws when no role has that ARN. */
  readonly principalOf: (arn: string) => Principal;
  readonly logicalIdOf: (arn: string) => string | undefined;
}

interface Role {
  readonly logicalId: string;
  readonly policies: readonly PolicyDocument[] | 'idle';
}

/** `grant` puts a role with its policies in force and answers who signs for it. */
export function createRoles(grant: (arn: string, policies: readonly PolicyDocument[]) => Principal): Roles {
  const roles = new Map<string, Role>();
  const existing = (arn: string): Role => {
    const role = roles.get(arn);
    if (role === undefined) throw new Error(`the template has no role ${arn}`);
    return role;
  };
  const put = (arn: string, role: Role): void => {
    roles.set(arn, role);
    if (role.policies !== 'idle') grant(arn, role.policies);
  };
  return {
    define: (logicalId, arn, policies) => {
      put(arn, { logicalId, policies });
    },
    defineIdle: (logicalId, arn) => {
      put(arn, { logicalId, policies: 'idle' });
    },
    attach: (arn, policy) => {
      const { logicalId, policies } = existing(arn);
      if (policies !== 'idle') put(arn, { logicalId, policies: [...policies, policy] });
    },
    principalOf: (arn) => {
      const { policies } = existing(arn);
      if (policies === 'idle') throw new Error(`nothing in the local run may assume the role ${arn}`);
      return grant(arn, policies);
    },
    logicalIdOf: (arn) => roles.get(arn)?.logicalId,
  };
}
