import type { AccessTokenClaims } from '../../lambdas/oauth/tokens/access-token.ts';
import type { Delegation } from '../../lambdas/ports/registry.ts';

/** Whoever is called by somebody and calls others: two MCP servers, and two agents that answer at a resource. */
export const places = ['server-0', 'server-1', 'agent-0', 'agent-1'] as const;
export type Place = (typeof places)[number];
export const scopeNames = ['read', 'write', 'own'] as const;
export type ScopeText = (typeof scopeNames)[number];

export interface Rule {
  readonly by: Place;
  readonly target: Place;
  readonly scopes: readonly { readonly name: ScopeText; readonly from: readonly ScopeText[] }[];
  readonly subjects: Delegation['subjects'];
  readonly mode: Delegation['mode'];
  readonly refresh: boolean;
}

export interface WorldInput {
  /** At most one for each pair of places. */
  readonly rules: readonly Rule[];
  /** What the person holds at each place; absent: everything, for nobody has roles. */
  readonly held?: Readonly<Record<Place, readonly ScopeText[]>>;
  readonly maximumDepth: number;
  /** What the person granted to a client of nobody's agent, and on how many tasks that works, each below the one before. */
  readonly root: {
    readonly place: Place;
    readonly scope: readonly ScopeText[];
    readonly life: number;
    readonly tasks: number;
  };
}

/** A token that somebody got, and what it says. */
export interface Got {
  readonly text: string;
  readonly claims: AccessTokenClaims;
}

/** A refresh token that somebody got in exchange for the person's token. */
export interface Opened {
  readonly by: Place;
  readonly target: Place;
  readonly current: string;
}

export const uriOf = (place: Place): string => `https://${place}.example.com/mcp`;
export const clientOf = (place: Place): string => `${place}-client`;
