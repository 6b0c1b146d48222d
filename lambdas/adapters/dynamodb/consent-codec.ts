import * as v from 'valibot';
import type { ClientConsent } from '../../ports/consents.ts';
import { instant } from '../../runtime/clock.ts';
import type { ClientId, GrantId, PersonId } from '../../runtime/identifiers.ts';
import type { Item, PlainRecord } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, text, whole } from './stored.ts';
import { scopeAttribute, scopeOf, storedScope } from './transaction-codec.ts';

const storedConsents = v.object({
  pk: text,
  version: whole,
  clients: v.array(
    v.object({
      client_id: text,
      client_name: text,
      fingerprint: text,
      granted: v.array(storedScope),
      granted_at: whole,
      grants: v.array(text),
    }),
  ),
});

/** Everything that a person granted, and the version of the item that says so; 0 where there is none. */
export interface PersonConsents {
  readonly version: number;
  readonly consents: readonly ClientConsent[];
}

export function encodeConsents(person: PersonId, { version, consents }: PersonConsents): PlainRecord {
  return {
    pk: keyOf.consents(person),
    version,
    clients: consents.map((consent) => ({
      client_id: consent.clientId,
      client_name: consent.clientName,
      fingerprint: consent.fingerprint,
      granted: consent.granted.map(scopeAttribute),
      granted_at: consent.grantedAt,
      grants: consent.grants,
    })),
  };
}

export function decodeConsents(item: Item): PersonConsents {
  const { version, clients } = decode(storedConsents, item);
  return {
    version,
    consents: clients.map((stored) => ({
      clientId: stored.client_id as ClientId,
      clientName: stored.client_name,
      fingerprint: stored.fingerprint,
      granted: stored.granted.map(scopeOf),
      grantedAt: instant(stored.granted_at),
      grants: stored.grants as GrantId[],
    })),
  };
}
