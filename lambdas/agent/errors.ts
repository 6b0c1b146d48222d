import { needsPerson, type Refusal } from '../token-client/refusal-answer.ts';

/**
 * Why there is no token. Texts may be shown and logged: they name servers and error codes, and hold no credential, no
 * token and nothing that was sent to get one.
 */
export class AgentError extends Error {
  override readonly name: string = 'AgentError';
}

/** What a server says of itself does not lead to a token: it is missing, malformed, or names somebody else. */
export class DiscoveryFailed extends AgentError {
  override readonly name: string = 'DiscoveryFailed';
}

/** The authorization server said no, and would say so again. */
export class TokenRefused extends AgentError {
  override readonly name: string = 'TokenRefused';
  /** As on the wire: `invalid_scope`, `invalid_target`, … */
  readonly error: string;
  /** What a developer can do about it, in the words of the server. */
  readonly description: string | undefined;

  constructor(server: string, error: string, description: string | undefined) {
    super(`${server} refused a token: ${error}${description === undefined ? '' : ` (${description})`}`);
    this.error = error;
    this.description = description;
  }
}

/** Only the person can go on: somebody has to bring them to a browser, and then ask again. */
export class InteractionRequired extends TokenRefused {
  override readonly name: string = 'InteractionRequired';
  /** Where the person can do it, where the server says so. */
  readonly uri: string | undefined;
  /** The claims challenge of the identity provider, to be sent along with the next authorization request. */
  readonly claims: string | undefined;
  /** The same by the name of a level, to be sent along as `acr_values`. */
  readonly acrValues: string | undefined;

  constructor(server: string, refusal: Refusal) {
    super(server, refusal.error, refusal.description);
    this.uri = refusal.uri;
    this.claims = refusal.claims;
    this.acrValues = refusal.acrValues;
  }
}

/** Why a task is over. More may come. */
export type TaskEndReason =
  | ('completed' | 'ceiling_reached' | 'heartbeat_lost' | 'revoked' | 'grant_ended_upstream')
  | ('agent_disabled' | 'idp_unreachable' | 'policy')
  | (string & Record<never, never>);

/** The end of a task: for good, and the first reason stays. */
export interface TaskEnd {
  readonly reason: TaskEndReason;
  /** Seconds since 1970. */
  readonly at: number;
  readonly detail: string | undefined;
  /** The task above it whose end this is. */
  readonly of: string | undefined;
}

/** The task is over: there is no token of it any more, however often one is asked for. */
export class TaskEnded extends TokenRefused implements TaskEnd {
  override readonly name: string = 'TaskEnded';
  readonly reason: TaskEndReason;
  readonly at: number;
  readonly detail: string | undefined;
  readonly of: string | undefined;

  constructor(server: string, { reason, at, detail, of }: TaskEnd) {
    super(server, 'invalid_grant', `the task is over: ${reason}`);
    this.reason = reason;
    this.at = at;
    this.detail = detail;
    this.of = of;
  }
}

/** Nobody can tell now; the same request may do later. */
export class TemporarilyUnavailable extends AgentError {
  override readonly name: string = 'TemporarilyUnavailable';
  readonly retryAfterSeconds: number | undefined;

  constructor(server: string, retryAfterSeconds?: number) {
    const when = retryAfterSeconds === undefined ? '' : `, and asks for ${retryAfterSeconds} s of patience`;
    super(`${server} cannot answer now${when}`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export function refusalError(server: string, refusal: Refusal): TokenRefused {
  return needsPerson(refusal)
    ? new InteractionRequired(server, refusal)
    : new TokenRefused(server, refusal.error, refusal.description);
}
