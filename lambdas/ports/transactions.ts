import type { Instant } from '../runtime/clock.ts';
import type { GrantId, IdpId, PersonId } from '../runtime/identifiers.ts';
import type { ConsentedScope } from './consents.ts';
import type { SignedIn } from './people.ts';

/** What stands for a person's yes. */
export interface GivenConsent {
  /** `asked`: by whoever sits at the browser, now. `implied`: by the config. `remembered`: by `person`, earlier. */
  readonly by: 'asked' | 'implied' | 'remembered';
  /** Of `remembered`: who has to come back for it to count. */
  readonly person?: PersonId;
  /** What it was given for; nothing beyond it is granted. */
  readonly terms: ConsentedScope;
  /** Of the client as it was. */
  readonly fingerprint: string;
}

/** One sign-in on its way: from the yes to the code. It exists only from the yes on. */
export interface SignInTransaction {
  /** SHA-256 of the `state` that went to the identity provider. */
  readonly id: string;
  readonly expiresAt: Instant;
  /** SHA-256 of the random id of the browser that it belongs to. */
  readonly browser: string;
  readonly idp: IdpId;
  readonly nonce: string;
  /** Of the code challenge in our own request to the identity provider. */
  readonly codeVerifier: string;
  /** The client's request as form-urlencoded text; it is read again at each step. */
  readonly request: string;
  readonly consent: GivenConsent;
  /** Of the grant that it may end in. */
  readonly grantId: GrantId;
}

export interface StoredTransaction extends SignInTransaction {
  /** Who came back, while the consent of just that person is asked for. */
  readonly held?: SignedIn;
  readonly spentAt?: Instant;
}

export interface Transactions {
  /** Keeps a new transaction. Asked again with the same (a lost reply), it is done. */
  readonly begin: (transaction: SignInTransaction) => Promise<void>;
  /** Strongly consistent; expired and spent ones too, until they are swept. */
  readonly find: (id: string) => Promise<StoredTransaction | undefined>;
  /** Notes who came back, unless somebody is noted or it is spent or expired; resolves whether it was this attempt. */
  readonly hold: (
    id: string,
    held: { readonly signedIn: SignedIn; readonly at: Instant; readonly attempt: string },
  ) => Promise<boolean>;
  /**
   * Spends it, unless it is spent or expired: true for exactly one attempt under any interleaving, and again for that
   * same attempt.
   */
  readonly spend: (id: string, spent: { readonly at: Instant; readonly attempt: string }) => Promise<boolean>;
}
