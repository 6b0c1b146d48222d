import type { ForeignFault } from '../../ports/trust-anchors.ts';

/** Why the assertion of a workload gives no token. */
export type WorkloadRefusal =
  | {
      readonly reason: 'workload_not_accepted';
      /** The class of what is wrong, for the audit trail. */
      readonly why: ForeignFault | 'jti_missing' | 'lives_too_long' | 'no_rule_fits' | 'agent_unknown';
      /** Goes on after "the assertion"; tells a stranger nothing of whom this deployment trusts. */
      readonly detail: string;
    }
  | { readonly reason: 'workload_assertion_replayed' };

/** RFC 7521 §4.1.1: whatever is wrong with an assertion that is the grant is wrong with the grant (WIF-6). */
export function workloadError(refusal: WorkloadRefusal): readonly ['invalid_grant', string] {
  return refusal.reason === 'workload_not_accepted'
    ? ['invalid_grant', `the assertion ${refusal.detail}`]
    : ['invalid_grant', 'the assertion was used before; get another one for each token'];
}
