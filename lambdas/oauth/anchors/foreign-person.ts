import type { IdentityProvider, IdentityProviders } from '../../ports/identity-providers.ts';
import type { Person } from '../../ports/people.ts';
import type { PersonEndsReader } from '../../ports/person-ends.ts';
import type { ForeignRefusal, TrustAnchor, VerifiedForeign } from '../../ports/trust-anchors.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { IdpId, ResourceUri } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { type HeldScope, heldScope } from '../people/held-scope.ts';
import { personOf, type UnknownPerson } from '../people/person.ts';
import { profileOf } from '../people/profiles/profile-of.ts';
import { endedSince } from './ended-since.ts';
import { applicationProblem } from './of-application.ts';

/** As what programs of an anchor are known: like its people, and yet never as one of them. */
export function foreignWorkload({ anchor, claims }: VerifiedForeign): Result<string, ForeignRefusal> {
  const known = named(ownNaming(anchor), claims);
  return known.ok ? ok(known.value.id.replace(/^person\./, 'workload.')) : known;
}

/** The person whom a foreign token is about, as this deployment knows them. */
export interface ForeignPerson extends Pick<Person, 'id'> {
  /** What they hold at a resource: by the roles of the identity provider at which they sign in here, or whatever it is. */
  readonly heldAt: (resource: ResourceUri | undefined) => HeldScope;
}

export type ForeignPeople = (
  verified: VerifiedForeign,
  now: Instant,
) => Promise<Result<ForeignPerson, ForeignRefusal>>;

interface ForeignPeoplePorts {
  readonly identityProviders: IdentityProviders;
  readonly ends: PersonEndsReader;
}

/** People as others vouch for them, unless they were ended here since. */
export function foreignPeople({ identityProviders, ends }: ForeignPeoplePorts): ForeignPeople {
  return async (verified, now) => {
    const person = await namedPerson(identityProviders, verified);
    if (!person.ok) return person;
    const fault = await endedSince(ends, person.value.id, verified, now);
    return fault === undefined ? person : refuse(fault);
  };
}

/** By the identity provider that their anchor says, as at their sign-in; or by the anchor's own issuer. */
async function namedPerson(
  identityProviders: IdentityProviders,
  verified: VerifiedForeign,
): Promise<Result<ForeignPerson, ForeignRefusal>> {
  const { anchor, claims } = verified;
  const problem = applicationProblem(verified);
  if (problem !== undefined) return refuse({ fault: 'of_no_person', detail: problem });
  if (anchor.idp === undefined) return named(ownNaming(anchor), verified.claims);
  const idp = (await identityProviders.all()).find(({ id }) => id === anchor.idp);
  if (idp?.state !== 'active') {
    const detail = 'is of people who sign in at an identity provider that is disabled here';
    return refuse({ fault: 'nobody_named', detail });
  }
  return named(
    { ...idp, ...(anchor.subjectClaim !== undefined && { subjectClaim: anchor.subjectClaim }) },
    claims,
  );
}

type Naming = Pick<
  IdentityProvider,
  'id' | 'profile' | 'issuer' | 'subjectClaim' | 'tenantClaim' | 'tenants' | 'groupsClaim' | 'roles'
>;

/** As people of somebody who is no identity provider here: the roles of the config are none of theirs, and limit nobody. */
function ownNaming(anchor: TrustAnchor): Naming {
  const { issuer, profile, tenants, tenantClaim, subjectClaim } = anchor;
  return {
    ...{ id: anchor.id as IdpId, issuer, profile },
    subjectClaim: subjectClaim ?? profileOf(anchor).defaults(issuer).subjectClaim,
    ...(tenantClaim !== undefined && { tenantClaim }),
    ...(tenants && { tenants }),
  };
}

function named(naming: Naming, claims: VerifiedForeign['claims']): Result<ForeignPerson, ForeignRefusal> {
  const person = personOf(naming, claims);
  if (!person.ok) return refuse({ fault: 'nobody_named', detail: inWords(person.refusal) });
  const { id, groups } = person.value;
  return ok({ id, heldAt: (resource) => heldScope(naming, groups, resource) });
}

function inWords({ claim, problem }: UnknownPerson): string {
  const words: Readonly<Record<UnknownPerson['problem'], string>> = {
    missing: 'is missing',
    not_text: 'is not a name',
    not_trusted: 'is of nobody who is trusted here',
  };
  return `names nobody: its ${claim} ${words[problem]}`;
}
