import * as v from 'valibot';
import type { Enrolment, Place } from '../../ports/enrolments.ts';
import type { SealedToken } from '../../ports/vault.ts';
import { instant } from '../../runtime/clock.ts';
import type { ClientId, IdpId } from '../../runtime/identifiers.ts';
import { type Item, toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, text, whole } from './stored.ts';
import { sealedAttribute } from './vault-codec.ts';

const sealed = v.object({ wrapped_key: text, iv: text, ciphertext: text });

const storedEnrolment = v.object({
  pk: text,
  idp: text,
  client_id: text,
  upstream_client_id: text,
  enrolled_at: whole,
  proof: sealed,
  registration: v.exactOptional(sealed),
  unsure: v.exactOptional(v.literal(true)),
});

const storedPlace = v.object({
  pk: text,
  place: v.object({
    ...{ since: whole, name: text, attempt: text },
    leaving: v.exactOptional(v.literal(true)),
    emptied: v.exactOptional(v.literal(true)),
  }),
});

export function enrolmentItem(enrolment: Enrolment): Item {
  const { idp, client, upstreamId, enrolledAt, proof, registration } = enrolment;
  return toItem({
    pk: keyOf.enrolment(idp, client),
    ...{ idp, client_id: client, upstream_client_id: upstreamId, enrolled_at: enrolledAt },
    proof: sealedAttribute(proof),
    registration: registration && sealedAttribute(registration),
  });
}

export function decodeEnrolment(item: Item): Enrolment {
  const stored = decode(storedEnrolment, item);
  return {
    idp: stored.idp as IdpId,
    client: stored.client_id as ClientId,
    upstreamId: stored.upstream_client_id,
    enrolledAt: instant(stored.enrolled_at),
    proof: sealedOf(stored.proof),
    ...(stored.registration && { registration: sealedOf(stored.registration) }),
    ...(stored.unsure && { unsure: true }),
  };
}

/** Every attribute that is named as a client is one, whatever else a later version keeps beside them. */
export function decodePlaces(idp: IdpId, { pk, ...attributes }: Item): readonly Place[] {
  return Object.entries(attributes)
    .filter(([name]) => /^(?:dyn|doc)_/.test(name))
    .map(([name, attribute]) => {
      const { place } = decode(storedPlace, { ...(pk && { pk }), place: attribute });
      return {
        idp,
        client: name as ClientId,
        since: instant(place.since),
        ...{ name: place.name, attempt: place.attempt },
        ...(place.leaving && { leaving: true }),
        ...(place.emptied && { emptied: true }),
      };
    });
}

function sealedOf(stored: v.InferOutput<typeof sealed>): SealedToken {
  return { wrappedKey: stored.wrapped_key, iv: stored.iv, ciphertext: stored.ciphertext };
}
