import type { KeptDocuments } from '../../ports/client-documents.ts';
import type { ClientLives } from '../../ports/client-registrations.ts';
import type { Consents } from '../../ports/consents.ts';
import type { Devices } from '../../ports/devices.ts';
import type { Grants } from '../../ports/grants.ts';
import type { IdentityProviders } from '../../ports/identity-providers.ts';
import type { PersonStandings, SignIns } from '../../ports/people.ts';
import type { Persons } from '../../ports/persons.ts';
import type { PushedRequests } from '../../ports/pushed-requests.ts';
import type { RegistryReader } from '../../ports/registry.ts';
import type { Seals } from '../../ports/seals.ts';
import type { Transactions } from '../../ports/transactions.ts';
import type { Audit } from '../../runtime/events.ts';
import type { Random } from '../../runtime/random.ts';
import type { AddressLimit } from '../limits/caller-limits.ts';

/** What signing a person in for a client needs. */
export interface SignInPorts {
  readonly registry: RegistryReader;
  readonly idps: IdentityProviders;
  readonly signIns: SignIns;
  readonly standings: Pick<PersonStandings, 'forget' | 'waiting'>;
  readonly consents: Consents;
  readonly persons: Pick<Persons, 'find' | 'noteSession'>;
  readonly transactions: Transactions;
  readonly pushed: Pick<PushedRequests, 'find' | 'open' | 'use'>;
  readonly grants: Grants;
  readonly devices: Pick<Devices, 'find' | 'decide'>;
  readonly lives: ClientLives;
  readonly documents: Pick<KeptDocuments, 'markUsed'>;
  /** How long a client that registered itself lives on once people use it. Seconds. */
  readonly lifetimeSeconds: number;
  readonly seals: Seals;
  /** Whoever comes here proves nothing, so that every request counts. */
  readonly limit: AddressLimit;
  readonly random: Random;
  readonly audit: Audit;
}

/** Who comes: a browser, with what it keeps for us, sealed. */
export interface Visit {
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly browser: string | undefined;
  readonly session: string | undefined;
}
