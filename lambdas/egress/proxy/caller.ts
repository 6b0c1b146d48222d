import type { EgressDetail } from '../../ports/egress-token.ts';
import type { AgentId, ClientId, PersonId } from '../../runtime/identifiers.ts';
import type { Via } from '../../runtime/via.ts';

/** Whose token it is, as far as it is one of ours. */
export interface CallerNames extends Via {
  readonly jti: string;
  readonly clientId: ClientId;
  readonly agentId?: AgentId;
  /** Its subject, where that is a person. */
  readonly personId?: PersonId;
}

/** Who may call the third party of the detail now, as a token showed that is good for the proxy to it. */
export interface EgressCaller {
  readonly names: CallerNames;
  readonly detail: EgressDetail;
}
