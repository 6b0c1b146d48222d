import * as v from 'valibot';
import type { DerivedToken, KeptUpstream, SealedToken } from '../../ports/vault.ts';
import { instant } from '../../runtime/clock.ts';
import type { ClientId, GrantId, IdpId, PersonId } from '../../runtime/identifiers.ts';
import type { Item, Plain, PlainRecord } from './attributes.ts';
import { decode, text, whole } from './stored.ts';

const storedSeal = v.object({ wrapped_key: text, iv: text, ciphertext: text });

const storedUpstream = v.object({
  pk: text,
  grant: text,
  idp: text,
  person: text,
  /** Absent: it was issued to the deployment's own client. */
  client_id: v.exactOptional(text),
  version: whole,
  kept_at: whole,
  stood_at: whole,
  ends_at: v.exactOptional(whole),
  due_at: v.exactOptional(whole),
  unused_until: v.exactOptional(whole),
  sealed: v.exactOptional(storedSeal),
  groups: v.exactOptional(v.array(text)),
  failed_at: v.exactOptional(whole),
  ended: v.exactOptional(v.object({ reason: text, at: whole })),
  lease: v.exactOptional(v.object({ attempt: text, until: whole })),
  derived: v.exactOptional(
    v.array(
      v.object({
        name: text,
        until: whole,
        sealed: v.exactOptional(storedSeal),
        refusal: v.exactOptional(text),
      }),
    ),
  ),
});

export function sealedAttribute({ wrappedKey, iv, ciphertext }: SealedToken): PlainRecord {
  return { wrapped_key: wrappedKey, iv, ciphertext };
}

export function derivedAttribute(derived: readonly DerivedToken[]): Plain {
  return derived.map(({ name, until, sealed, refusal }) => ({
    ...{ name, until, refusal },
    ...(sealed && { sealed: sealedAttribute(sealed) }),
  }));
}

export function decodeKeptUpstream(item: Item): KeptUpstream {
  const stored = decode(storedUpstream, item);
  const { sealed, groups, failed_at: failedAt, unused_until: unusedUntil, ended, lease, derived } = stored;
  const { ends_at: endsAt, due_at: dueAt } = stored;
  return {
    grant: stored.grant as GrantId,
    idp: stored.idp as IdpId,
    person: stored.person as PersonId,
    ...(stored.client_id !== undefined && { client: stored.client_id as ClientId }),
    version: stored.version,
    keptAt: instant(stored.kept_at),
    stoodAt: instant(stored.stood_at),
    ...(endsAt !== undefined && { endsAt: instant(endsAt) }),
    ...(dueAt !== undefined && { dueAt: instant(dueAt) }),
    ...(unusedUntil !== undefined && { unusedUntil: instant(unusedUntil) }),
    ...(sealed && { sealed: sealedIn(sealed) }),
    ...(groups && { groups }),
    ...(failedAt !== undefined && { failedAt: instant(failedAt) }),
    ...(ended && { ended: { reason: ended.reason, at: instant(ended.at) } }),
    ...(lease && { lease: { attempt: lease.attempt, until: instant(lease.until) } }),
    ...(derived && { derived: derived.map(derivedIn) }),
  };
}

function sealedIn({
  wrapped_key: wrappedKey,
  iv,
  ciphertext,
}: v.InferOutput<typeof storedSeal>): SealedToken {
  return { wrappedKey, iv, ciphertext };
}

type StoredDerived = NonNullable<v.InferOutput<typeof storedUpstream>['derived']>[number];

function derivedIn({ name, until, sealed, refusal }: StoredDerived): DerivedToken {
  return {
    ...{ name, until: instant(until) },
    ...(sealed && { sealed: sealedIn(sealed) }),
    ...(refusal !== undefined && { refusal }),
  };
}
