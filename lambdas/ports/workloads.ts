import type { AgentId } from '../runtime/identifiers.ts';
import type { AnchorGrant, VerifiedForeign } from './trust-anchors.ts';

/** Which workloads of a trust anchor are an agent here: who is trusted is said elsewhere, and on its own. */
export interface WorkloadRule {
  /** The id of the trust anchor. */
  readonly anchor: string;
  /** Claims, and the values of which each must have one; `*` at the end of a value stands for anything. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
  readonly agent: AgentId;
  /** Where given, it gets no more than these of what the agent gets. */
  readonly grants?: readonly AnchorGrant[];
}

/** A workload that proved what it is, and by which rule it is an agent. */
export interface ProvenWorkload {
  readonly rule: WorkloadRule;
  readonly verified: VerifiedForeign;
}
