import type { GrantTerms } from '../../ports/grants.ts';
import type { IdentityProviders } from '../../ports/identity-providers.ts';
import type { PersonStandings } from '../../ports/people.ts';
import type { ResourceUri } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { heldByRoles, type HeldScope, heldScope } from '../people/held-scope.ts';
import type { GrantRefusal } from '../refusal.ts';
import { endGrant, type EndPorts } from './end-grant.ts';
import type { GrantContext } from './grant.ts';

export interface HeldPorts extends EndPorts {
  readonly standings: Pick<PersonStandings, 'check' | 'forget'>;
  readonly identityProviders: IdentityProviders;
}

/** What somebody who granted something holds, at any resource. */
export type HeldAt = (
  terms: AskedOf,
  context: Asking,
) => Promise<Result<(resource: ResourceUri | undefined) => HeldScope, GrantRefusal>>;

type AskedOf = Pick<GrantTerms, 'id' | 'person' | 'keptUpstream'>;
type Asking = Pick<GrantContext, 'now' | 'requestId'>;

/** What the person holds now at the resource of their grant, as far as their identity provider can be asked. */
export async function heldNow(
  ports: HeldPorts,
  terms: GrantTerms,
  context: Asking,
): Promise<Result<HeldScope, GrantRefusal>> {
  const held = await heldNowAt(ports, terms, context);
  return held.ok ? ok(held.value(terms.resource)) : held;
}

/** The same at any resource. */
export async function heldNowAt(
  ports: HeldPorts,
  terms: AskedOf,
  context: Asking,
): Promise<Result<(resource: ResourceUri | undefined) => HeldScope, GrantRefusal>> {
  const { id: grantId, person } = terms;
  const idp = (await ports.identityProviders.all()).find(({ id }) => id === person.idp);
  // An operator disabled it, or the deployment has it no more: nobody of it gets a token, and nothing ends.
  if (idp?.state !== 'active') return refuse({ reason: 'idp_disabled', grantId });
  if (!terms.keptUpstream) return ok((resource) => heldByRoles(idp, person.roles, resource));
  const standing = await ports.standings.check(grantId, person.idp);
  if (standing.kind === 'suspended') return refuse({ reason: 'idp_disabled', grantId });
  // Nothing was said against them: nothing ends.
  if (standing.kind === 'to_sign_in') return refuse({ reason: 'person_to_sign_in', grantId });
  if (standing.kind === 'stands') {
    const { groups } = standing;
    return ok((resource) =>
      groups ? heldScope(idp, groups, resource) : heldByRoles(idp, person.roles, resource),
    );
  }
  // Something was kept, and is no more: nobody can tell any longer that the person stands.
  const why = `person_ended: ${standing.kind === 'ended' ? standing.reason : standing.kind}` as const;
  await endGrant(ports, terms, why, context);
  return refuse({ reason: 'grant_ended', grantId, why });
}
