import type { Instant } from '../runtime/clock.ts';
import type { ClientId, DeviceId, GrantId, PersonId } from '../runtime/identifiers.ts';

/** A client on a device without a browser, which waits for a person elsewhere (RFC 8628). */
export interface WaitingDevice {
  /** By it the person's side finds the device. */
  readonly id: DeviceId;
  readonly clientId: ClientId;
  /** What the client asks for, as form-urlencoded text; it is read again at each step. */
  readonly request: string;
  /** SHA-256 of the secret in its device code. */
  readonly digest: string;
  readonly expiresAt: Instant;
  /** How long it has to wait between two polls; more each time that it did not. Seconds. */
  readonly interval: number;
}

/** What a person decided; the first decision stays. */
export type DeviceDecision =
  | { readonly outcome: 'approved'; readonly grantId: GrantId; readonly person: PersonId }
  | { readonly outcome: 'denied' };

export interface StoredDevice extends WaitingDevice {
  readonly polledAt?: Instant;
  readonly decision?: DeviceDecision;
}

/** `taken` is the device as it stands. */
export type DecidedDevice =
  { readonly won: true } | { readonly won: false; readonly taken: StoredDevice | undefined };

export interface DevicePoll {
  /** The device as it was read; where somebody polled since, nothing is noted. */
  readonly seen: StoredDevice;
  readonly at: Instant;
  /** From now on. Seconds. */
  readonly interval: number;
  /** Random, one for each request: tells our own retried write from another caller's. */
  readonly attempt: string;
}

export interface Devices {
  /**
   * Keeps a device that begins to wait. False, and nothing is kept, where its user code is still another's. Asked again with
   * the same device (a lost reply), it is done.
   */
  readonly begin: (device: WaitingDevice) => Promise<boolean>;
  /** Strongly consistent; expired and decided ones too, until they are swept. */
  readonly find: (id: DeviceId) => Promise<StoredDevice | undefined>;
  /**
   * Decides about a device that is neither decided nor expired: won by exactly one attempt under any interleaving, and
   * again by that same attempt.
   */
  readonly decide: (
    id: DeviceId,
    decided: { readonly decision: DeviceDecision; readonly at: Instant; readonly attempt: string },
  ) => Promise<DecidedDevice>;
  /** Notes a poll; of those that saw the same, one is noted. */
  readonly notePoll: (poll: DevicePoll) => Promise<boolean>;
}
