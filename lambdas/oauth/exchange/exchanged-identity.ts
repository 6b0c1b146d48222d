import type { IdentityProviders } from '../../ports/identity-providers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { Decided } from '../grants/grant.ts';
import type { GrantRefusal } from '../refusal.ts';
import { beyond, parseScope } from '../scope/scope.ts';
import type { ScopeName } from '../../runtime/identifiers.ts';
import type { ExchangeRequest } from './exchange-request.ts';
import { nextLink } from './next-link.ts';
import { exchangeRefused } from './refusal.ts';
import type { Requester } from './requester.ts';
import type { Subject } from './subject.ts';
import { idTokenType } from './token-types.ts';

interface IdentityPorts {
  readonly identityProviders: IdentityProviders;
  readonly maximumDepth: number;
}

/**
 * An id_token about the person in whose name the requester acts, for the requester itself. RFC 8693 §2.1: a target is where
 * the new token will be used, and this one is used nowhere but at the client that OIDC Core §2 has as its audience.
 */
export async function exchangedIdentity(
  { identityProviders, maximumDepth }: IdentityPorts,
  { actor, delegations }: Requester,
  subject: Subject,
  { resources, audience = actor.clientId, scope: asked }: ExchangeRequest,
): Promise<Result<Decided, GrantRefusal>> {
  if (resources.length > 0 || audience !== actor.clientId) return exchangeRefused('identity_of_client_alone');
  if (subject.root === undefined) return exchangeRefused('nobody_signed_in');
  if (!delegations.some(({ subjects }) => subjects.includes('person'))) {
    return exchangeRefused('subject_kind_not_delegated');
  }
  const { person } = subject.root.terms;
  const idp = (await identityProviders.all()).find(({ id }) => id === person.idp);
  if (idp?.state !== 'active') return exchangeRefused('person_suspended');
  const scope = toldScope(subject.scope, asked);
  if (!scope.ok) return scope;
  // Who acts is never left out of it: it tells its reader by whom it came.
  const link = nextLink(subject, actor, { mode: 'delegation', maximumDepth });
  if (!link.ok) return link;
  const { id, expiresAt, granted } = subject;
  return ok({
    plan: {
      ...{ subject: id, ...actor, audience: actor.clientId, scope: scope.value },
      ...{ exchanged: link.value, until: expiresAt, identity: person },
      ...(granted && { granted }),
    },
    issuedTokenType: idTokenType,
  });
}

const aboutPeople = ['openid', 'profile', 'email'];

/** OIDC Core §5.4: by its scopes the subject token tells of the person; RFC 8693 §2.1: or less, where less is asked. */
function toldScope(
  held: Subject['scope'],
  asked: string | undefined,
): Result<readonly ScopeName[], GrantRefusal> {
  const told = 'held' in held ? held.held.filter((name) => aboutPeople.some((each) => each === name)) : [];
  if (asked === undefined) return ok(told);
  const wanted = parseScope(asked);
  if (!wanted.ok) return wanted;
  return beyond(wanted.value, told).length === 0
    ? wanted
    : exchangeRefused('scope_not_delegated', told.length > 0 ? told.join(' ') : 'none of an id_token');
}
