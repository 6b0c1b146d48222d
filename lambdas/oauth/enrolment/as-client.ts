import type { Enrolments, OwnProofs } from '../../ports/enrolments.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { SpokenTo } from '../../ports/upstream.ts';
import type { ClientId } from '../../runtime/identifiers.ts';

/** A provider as a client is known there; undefined where it is no client of its own any more. Without one, as it is. */
export type AsClient = (idp: IdentityProvider, client: ClientId | undefined) => Promise<SpokenTo | undefined>;

export function asOwnClient({
  enrolments,
  proofs,
}: {
  readonly enrolments: Pick<Enrolments, 'find'>;
  readonly proofs: OwnProofs;
}): AsClient {
  return async (idp, client) => {
    if (client === undefined) return idp;
    const enrolment = await enrolments.find({ idp: idp.id, client });
    if (enrolment === undefined) return undefined;
    const ownProof = () => proofs.open(enrolment, enrolment.proof);
    return { ...idp, clientId: enrolment.upstreamId, ownProof };
  };
}
