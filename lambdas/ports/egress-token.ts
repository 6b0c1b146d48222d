import type { ConnectionId, EgressProviderId } from '../runtime/identifiers.ts';
import type { RequestRule } from './egress-providers.ts';

/** RFC 9396 §2: what `type` says in the `authorization_details` of a token for the proxy. */
export const egressDetailType = 'vestibule_egress';

/** What a token lets its bearer do at the proxy, and whose account is used for it. */
export interface EgressDetail {
  readonly type: typeof egressDetailType;
  readonly provider: EgressProviderId;
  readonly connection: ConnectionId;
  /** With `person`, the person is the subject of the token. */
  readonly holder: 'person' | 'group' | 'service';
  /** Of `person`: the identity provider that they sign in at. */
  readonly idp?: string;
  /** Of `group`. */
  readonly group?: string;
  /** A request has to match one of them. */
  readonly rules: readonly RequestRule[];
}
