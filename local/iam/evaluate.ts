import type { Decision, Permission, RequestContext } from './policy.ts';
import type { Statement } from './statement.ts';

/** What the policies of a role say: an explicit deny wins, and what nothing allows is denied. */
export function evaluateIdentity(statements: readonly Statement[], permission: Permission): Decision {
  const matching = statements.filter((statement) => covers(statement, permission));
  if (matching.some((each) => each.effect === 'Deny' && holds(each, permission))) {
    return { denied: 'with an explicit deny in an identity-based policy' };
  }
  const allowing = matching.filter(({ effect }) => effect === 'Allow');
  if (allowing.some((each) => holds(each, permission))) return 'allowed';
  return {
    denied: `because no identity-based policy allows the ${permission.action} action`,
    ...hintOf(allowing, permission.context ?? {}),
  };
}

export interface ResourcePolicyCaller {
  readonly arn: string;
  readonly account: string;
}

/** The policy of a resource. */
export interface ResourcePolicy {
  readonly statements: readonly Statement[];
  /** `alone`: whom it does not let in stays out, as with a KMS key. `beside`: what the caller's own policies allow holds too. */
  readonly stands: 'alone' | 'beside';
}

/**
 * A resource that has a policy of its own: the policy names the caller, or it names the account and so leaves the answer to
 * `identity`, what the caller's own policies say.
 */
export function evaluateResource(
  { statements, stands }: ResourcePolicy,
  caller: ResourcePolicyCaller,
  permission: Permission,
  identity: Decision,
): Decision {
  const account = [`arn:aws:iam::${caller.account}:root`, caller.account];
  const names = (statement: Statement, principals: readonly string[]): boolean =>
    statement.principals.some((principal) => principals.includes(principal));
  const holding = statements.filter((each) => covers(each, permission) && holds(each, permission));
  if (holding.some((each) => each.effect === 'Deny' && names(each, [...account, caller.arn, '*']))) {
    return { denied: 'with an explicit deny in a resource-based policy' };
  }
  if (identity !== 'allowed' && identity.denied.startsWith('with an explicit deny')) return identity;
  const allowing = holding.filter(({ effect }) => effect === 'Allow');
  if (allowing.some((each) => names(each, [caller.arn, '*']))) return 'allowed';
  if (stands === 'beside' || allowing.some((each) => names(each, account))) return identity;
  return { denied: `because no resource-based policy allows the ${permission.action} action` };
}

/** A service of AWS that does something with a resource in nobody's name: the policy of the resource has to name it. */
export function evaluateService(
  statements: readonly Statement[],
  service: string,
  permission: Permission,
): Decision {
  const holding = statements.filter((each) => covers(each, permission) && holds(each, permission));
  const names = ({ principals }: Statement): boolean =>
    principals.some((each) => each === service || each === '*');
  if (holding.some((each) => each.effect === 'Deny' && names(each))) {
    return { denied: 'with an explicit deny in a resource-based policy' };
  }
  if (holding.some((each) => each.effect === 'Allow' && names(each))) return 'allowed';
  return { denied: `because no resource-based policy allows ${service} the ${permission.action} action` };
}

function covers(statement: Statement, { action, resource }: Permission): boolean {
  return statement.coversAction(action) && statement.coversResource(resource);
}

function holds(statement: Statement, { context = {} }: Permission): boolean {
  return statement.conditions.every((condition) => condition.holds(context));
}

function hintOf(allowing: readonly Statement[], context: RequestContext): { hint?: string } {
  const failed = allowing
    .flatMap(({ conditions }) => conditions)
    .find((condition) => !condition.holds(context));
  if (failed === undefined) return {};
  const value = context[failed.key];
  const found =
    value === undefined ? 'the request has no such key' : `the request has ${[value].flat().join(', ')}`;
  return { hint: `a statement allows it, but its condition ${failed.description} does not hold: ${found}` };
}
