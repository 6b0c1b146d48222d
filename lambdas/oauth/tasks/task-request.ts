import type { StoredTask } from '../../ports/tasks.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Result } from '../../runtime/result.ts';
import type { ProvingRequest } from '../client-request.ts';
import type { Refusal } from '../refusal.ts';
import type { MintedToken } from './mint-token.ts';

/** What can be asked of a task that was opened. */
export const taskAsks = ['token', 'status', 'heartbeat', 'complete', 'extend', 'revoke'] as const;
export type TaskAsk = (typeof taskAsks)[number];

/** A request about one task. */
export interface TaskRequest extends ProvingRequest {
  readonly ask: TaskAsk;
  /** That the URL names. */
  readonly taskId: string;
  readonly method: string;
  /** The handle, in each place where it stands. */
  readonly handles: readonly string[];
  /** How the handle was presented, where it stands in place of a token: then it is all that is to prove who sent it. */
  readonly presented?: { readonly scheme: 'bearer' | 'dpop'; readonly handle: string };
}

/** What came of it. */
export interface AskedOfTask {
  readonly task: StoredTask;
  /** Of a request for one. */
  readonly token?: MintedToken;
  /** For the next proof of a client that sent one. */
  readonly dpopNonce?: string;
}

/** One request, decided and written to the audit trail. */
export type AskTask = (request: TaskRequest, now: Instant) => Promise<Result<AskedOfTask, Refusal>>;
