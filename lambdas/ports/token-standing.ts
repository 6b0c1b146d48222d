import type { AgentId, ClientId, ResourceUri } from '../runtime/identifiers.ts';
import type { Agent, Client, Resource } from './registry.ts';

/** What the standing of one token depends on. */
export interface TokenNames {
  readonly jti: string;
  /** Its `exp`. */
  readonly expiresAt: number;
  readonly clientId: ClientId;
  readonly agentId: AgentId;
  readonly resource: ResourceUri;
}

/** An absent member is not registered. */
export interface TokenStanding {
  readonly isRevoked: boolean;
  readonly client?: Client;
  readonly agent?: Agent;
  readonly resource?: Resource;
}

export interface TokenStandings {
  /** As of this very moment: one strongly consistent read of everything, and nothing of it is kept. */
  readonly read: (names: TokenNames) => Promise<TokenStanding>;
}
