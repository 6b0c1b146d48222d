import type { Instant } from '../runtime/clock.ts';
import type {
  AgentId,
  ClientId,
  GrantId,
  IdpId,
  PersonId,
  ResourceUri,
  ScopeName,
  TaskId,
} from '../runtime/identifiers.ts';

/** Why a task is over; for good, and the first reason stays. */
export type TaskEndReason =
  | 'completed'
  | 'ceiling_reached'
  | 'heartbeat_lost'
  | 'revoked'
  | 'grant_ended_upstream'
  | 'agent_disabled'
  | 'idp_unreachable'
  | 'policy';

export interface TaskEnd {
  readonly at: Instant;
  readonly reason: TaskEndReason;
  /** More of it, for the audit trail and for people; nothing of it is secret. */
  readonly detail?: string;
  /** The task above it whose end this is. */
  readonly of?: TaskId;
}

/** What tokens of a task may be for. */
export interface TaskAccess {
  /** A resource, or an API behind an identity provider. */
  readonly resource: ResourceUri;
  readonly scope: readonly ScopeName[];
}

/** In whose name it works. */
export type TaskBasis =
  | { readonly kind: 'agent' }
  | {
      readonly kind: 'grant';
      /** A grant of a person to the task's own client, or one that came of an exchange (`GrantTerms.origin`). */
      readonly grant: GrantId;
      readonly person: PersonId;
      readonly idp: IdpId;
      /** Whether the grant was made for the task alone, and ends with it. */
      readonly owned: boolean;
    };

/** Where its tokens go. `pull`: nowhere, it asks for them. `events`: the same, and each renewal is told on the event bus. */
export type TaskDelivery =
  | { readonly kind: 'pull' }
  | { readonly kind: 'events' }
  /** Into a secret of the account, as its current version, for one resource of the task. */
  | { readonly kind: 'secret'; readonly secretArn: string; readonly resource: ResourceUri };

/** What a task was opened with. It never widens. */
export interface TaskTerms {
  readonly id: TaskId;
  readonly clientId: ClientId;
  readonly agentId: AgentId;
  /** For people: what it is doing. At most 256 characters. */
  readonly purpose: string;
  /** At most 10, each resource once. */
  readonly access: readonly TaskAccess[];
  readonly basis: TaskBasis;
  readonly delivery: TaskDelivery;
  /** The tasks above it, the root first; at most 3. */
  readonly ancestors: readonly TaskId[];
  readonly openedAt: Instant;
  /** Seconds; a task that is silent for longer is over. Absent: it may be silent. */
  readonly heartbeatSeconds?: number;
  /** What the handle is bound to besides the client: a key (RFC 9449), or a certificate (RFC 8705). */
  readonly jkt?: string;
  readonly x5t?: string;
}

/** A renewal that failed for now, and will be tried again. */
export interface TaskFailure {
  /** In a row. */
  readonly count: number;
  /** Of the first of them. */
  readonly since: Instant;
  /** Which dependency, and what it said; nothing of it is secret. */
  readonly reason: string;
  /** Whether the person has to sign in again. */
  readonly interaction?: true;
}

export interface StoredTask {
  readonly terms: TaskTerms;
  /** SHA-256 of the secret half of the handle. */
  readonly handleDigest: string;
  /** The hard end. Moved by `extend` alone. */
  readonly ceiling: Instant;
  readonly lastHeartbeatAt: Instant;
  /** When everything that it rests on was last found to stand. */
  readonly confirmedAt: Instant;
  /** Of a person: their roles, as they were found then. Absent: those of their sign-in. */
  readonly roles?: readonly string[];
  /**
   * Unless an identity provider is asked again by then, it lets the person go on no more, or whoever pulls a token of an API behind it
   * has to wait for it. Absent: nobody knows of such an end.
   */
  readonly askBy?: Instant;
  /** Until then tokens are issued on that. */
  readonly goodUntil: Instant;
  /** When a refresher has to look at it next; absent once it is over and nothing is left to do. */
  readonly dueAt?: Instant;
  /** Grows with each lease. */
  readonly version: number;
  readonly lease?: TaskLease;
  readonly failure?: TaskFailure;
  /** Of `delivery.kind === 'secret'`: the newest version that the secret got. */
  readonly delivered?: { readonly at: Instant; readonly version: string; readonly expiresAt: Instant };
  /** When somebody was told that its ceiling is near; absent again once that has moved. */
  readonly warnedAt?: Instant;
  /** At most 64; children that are over stay in it. */
  readonly children: readonly TaskId[];
  readonly ended?: TaskEnd;
}

/** Who alone may work on a task, and until when: longer than the function lives that works. */
export interface TaskLease {
  readonly attempt: string;
  readonly until: Instant;
}

/** A task that wants to be looked at, as the index has it: it may be behind, and decides nothing. */
export interface DueTask {
  readonly id: TaskId;
  readonly dueAt: Instant;
  /** The most urgent has the least. */
  readonly goodUntil: Instant;
}

/** What looking at a task came to. Each gives the lease back. */
export type TaskOutcome =
  | {
      readonly kind: 'renewed';
      readonly confirmedAt: Instant;
      /** In place of those that it had. */
      readonly roles?: readonly string[];
      /** In place of the one that it had; absent: there is none. */
      readonly askBy?: Instant;
      readonly goodUntil: Instant;
      readonly dueAt: Instant;
      readonly delivered?: NonNullable<StoredTask['delivered']>;
      readonly warnedAt?: Instant;
      /** It stands, but its token could not be delivered. Absent: nothing fails any more. */
      readonly failure?: TaskFailure;
    }
  /** It goes on with what it holds. */
  | {
      readonly kind: 'failed';
      readonly dueAt: Instant;
      readonly failure: TaskFailure;
      readonly delivered?: NonNullable<StoredTask['delivered']>;
      readonly warnedAt?: Instant;
    }
  /** It was over before, and everything that follows from that is done: nothing is due any more. */
  | { readonly kind: 'tidied' };

/** What became of a write to a task. `gone`: there is none; `over`: it has ended before, or is another's to write. */
export type TaskWritten =
  | { readonly kind: 'written'; readonly task: StoredTask }
  | { readonly kind: 'over'; readonly task: StoredTask }
  | { readonly kind: 'gone' };

/** Tasks, one item each; each write is one conditional write on one item, and reads are strongly consistent. */
export interface Tasks {
  /** Keeps a new task. Asked again with the same one (a lost reply), it is done. */
  readonly open: (task: StoredTask) => Promise<void>;
  /** Those among `ids` that are kept, in no order; one round trip. */
  readonly find: (ids: readonly TaskId[]) => Promise<readonly StoredTask[]>;
  /** Adds a child, before that is opened: `over` where the task has ended, or has 64. Asked again, it is done. */
  readonly adopt: (parent: TaskId, child: TaskId) => Promise<TaskWritten>;
  /** Never goes back. */
  readonly heartbeat: (id: TaskId, at: Instant) => Promise<TaskWritten>;
  /** Moves the ceiling from one moment to another, if it is still that one; the same again is done. */
  readonly extend: (
    id: TaskId,
    ceiling: { readonly from: Instant; readonly to: Instant },
  ) => Promise<TaskWritten>;
  /**
   * Ends the task, makes it due at once for what follows from that, and tells offline verifiers (the feed of ends) in the same write,
   * unless its tokens are over by then of themselves.
   * A lease stays: who has it finds out when they settle.
   * The first end stays: `over` for every other call, but for the one that made it (a lost reply).
   */
  readonly end: (id: TaskId, end: TaskEnd, requestId: string) => Promise<TaskWritten>;
  /**
   * The lease for exactly one attempt until it is over, and again for that same attempt, with the task as it is then; undefined where
   * another has it, or where it is not due at `dueAt` any more.
   */
  readonly lease: (
    due: Pick<DueTask, 'id' | 'dueAt'>,
    lease: TaskLease,
    now: Instant,
  ) => Promise<StoredTask | undefined>;
  /**
   * Writes what came of it, if the lease is still that of the attempt; true again for an attempt that has written. Of a task that has
   * ended, nothing but `tidied` is written, and of one that goes on, that is not: else the lease is given back, and the task stays due.
   */
  readonly settle: (id: TaskId, attempt: string, outcome: TaskOutcome) => Promise<boolean>;
}

/** How many lists of what is due there are, whatever is in them. */
export const dueShards = 16;

/** The lists of what is due, one for each shard; each is sorted by `dueAt`, and eventually consistent. */
export interface DueTasks {
  /** A page of those that are due in [`from`, `until`], the earliest first; `next` leads to the page after it. */
  readonly page: (
    shard: number,
    within: { readonly from: Instant; readonly until: Instant },
    next?: string,
  ) => Promise<{ readonly due: readonly DueTask[]; readonly next?: string }>;
}
