import type { Client, RegistryReader, Resource } from '../../ports/registry.ts';
import type { AssertionReplay } from '../../ports/replay.ts';
import type {
  ForeignFault,
  ForeignRefusal,
  TrustAnchor,
  VerifiedForeign,
  VerifyForeign,
} from '../../ports/trust-anchors.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { ForeignPeople, ForeignPerson } from '../anchors/foreign-person.ts';
import { boundKey } from '../dpop/possession.ts';
import type { Decided, GrantContext } from '../grants/grant.ts';
import type { GrantRefusal } from '../refusal.ts';
import { assertedAccess, type AskedOfAssertion } from './asserted-access.ts';
import { type IdJag, readIdJag } from './id-jag.ts';
import { assertionRefused, bearerRefused, type BearerRefusal } from './refusal.ts';

export interface IdJagPorts {
  readonly issuer: Issuer;
  readonly registry: RegistryReader;
  readonly replay: AssertionReplay;
  readonly random: Random;
  readonly verifyForeign: VerifyForeign;
  readonly personOf: ForeignPeople;
}

/**
 * What an ID-JAG gives the client that it was issued to: a token in the name of the person, and never a refresh token (EMA-9),
 * for the issuer decides anew each time.
 */
export async function decideIdJag(
  ports: IdJagPorts,
  assertion: string,
  asked: AskedOfAssertion,
  context: GrantContext,
): Promise<Result<Decided, GrantRefusal>> {
  const { client, agent } = context.client;
  if (client.agentId !== undefined && agent?.state !== 'active') return refuse({ reason: 'agent_disabled' });
  const presented = await presentedBy(ports, assertion, context);
  if (!presented.ok) return presented;
  const { verified, idJag, person } = presented.value;
  const { grants, id: anchor, reusable } = verified.anchor;
  const limits = { client, ...(agent && { agent }), grants, heldAt: person.heldAt };
  const access = await assertedAccess(ports.registry, idJag, asked, limits);
  if (!access.ok) return access;
  const { resource, scope, roles } = access.value;
  const proven = provenKey(idJag, client, resource, context);
  if (!proven.ok) return proven;
  return ok({
    plan: {
      ...{ subject: person.id, clientId: client.id, audience: resource.audience, resource, scope },
      ...(client.agentId !== undefined && { agentId: client.agentId }),
      granted: { roles, ...authenticationOf(idJag) },
      exchanged: {
        ...{ kind: 'person', actors: [], mode: 'delegation', holders: [] },
        ...{ jtis: [verified.jti], anchor },
      },
    },
    ...(reusable !== true && { mark: () => useUp(ports, idJag, context) }),
  });
}

interface Presented {
  readonly verified: VerifiedForeign;
  readonly idJag: IdJag;
  readonly person: ForeignPerson;
}

/** An ID-JAG that is signed, for us, and of the client that presents it, and whom it is about. */
async function presentedBy(
  ports: IdJagPorts,
  assertion: string,
  { client: { client }, now }: GrantContext,
): Promise<Result<Presented, BearerRefusal>> {
  const verified = await ports.verifyForeign(assertion, ['id_jag'], now);
  if (!verified.ok) return notVerified(client, verified.refusal);
  const expected = { issuer: ports.issuer, clientId: client.id };
  const idJag = readIdJag(verified.value.claims, expected, now);
  if (!idJag.ok) return idJag;
  if (!mayPresent(client, verified.value.anchor)) return bearerRefused('client_not_bound_to_issuer');
  const person = await linkedPerson(ports, verified.value, idJag.value, now);
  return person.ok ? ok({ verified: verified.value, idJag: idJag.value, person: person.value }) : person;
}

/** What everybody can read of a token that they have. */
const readByAll: ReadonlySet<ForeignFault> = new Set([
  ...(['not_a_jwt', 'encrypted', 'header_not_acceptable', 'claims_malformed'] as const),
]);

/** EMA-12: whom this server trusts is told to clients that prove themselves alone, for anybody can say that it is a public one. */
function notVerified(
  { authentication }: Client,
  { fault, detail }: ForeignRefusal,
): Result<never, BearerRefusal> {
  const isTold = authentication.method !== 'none' || readByAll.has(fault);
  return assertionRefused(
    fault,
    isTold
      ? detail
      : 'is of nobody whose assertions count here, is out of time, or no key of its issuer verifies it',
  );
}

/**
 * Whom the config lets present what this issuer asserts. A client that introduced itself, or that cannot prove itself, is
 * none of them unless the config names it (EMA-14): whoever catches its assertion could use it.
 */
function mayPresent({ id, managedBy, authentication }: Client, { clients }: TrustAnchor): boolean {
  if (managedBy.kind === 'self') return false;
  return clients?.includes(id) ?? (managedBy.kind !== 'document' && authentication.method !== 'none');
}

function authenticationOf({ authTime, acr, amr }: IdJag): Pick<IdJag, 'authTime' | 'acr' | 'amr'> {
  return {
    ...(authTime !== undefined && { authTime }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
  };
}

/** EMA-10: an assertion that is bound to a key is good with that key, and gives a token that is bound to it. */
function provenKey(
  { jkt }: IdJag,
  client: Client,
  resource: Resource,
  { possession }: GrantContext,
): Result<unknown, GrantRefusal> {
  if (!possession.ok) return possession;
  if (possession.value !== undefined) return boundKey({}, possession, jkt);
  if (jkt !== undefined) {
    return assertionRefused(
      'key_not_proven',
      'is bound to a key: send a proof of that key in the DPoP header',
    );
  }
  return resource.dpop === 'required' && client.dpopBound !== true
    ? assertionRefused('token_not_bound', 'gives bound tokens alone at this resource: send the DPoP header')
    : ok(undefined);
}

/**
 * EMA-11: who it is says the issuer by `sub`, within its tenant where it has several. What it calls them here has to agree; an
 * e-mail address names nobody.
 */
async function linkedPerson(
  { personOf }: IdJagPorts,
  verified: VerifiedForeign,
  { tenant, audienceSubject }: IdJag,
  now: Instant,
): Promise<Result<ForeignPerson, BearerRefusal>> {
  const { tenantClaim } = verified.anchor;
  const known = tenantClaim === undefined ? undefined : verified.claims[tenantClaim];
  // Two tenants of one issuer may have the same `sub`.
  if (tenant !== undefined && tenant !== known) {
    return assertionRefused('person_not_linked', 'names a tenant, and its issuer is not trusted by tenants');
  }
  const person = await personOf(verified, now);
  if (!person.ok) return assertionRefused(person.refusal.fault, person.refusal.detail);
  return audienceSubject === undefined || audienceSubject === person.value.id
    ? person
    : assertionRefused('person_not_linked', 'names in aud_sub another person than its iss and sub do');
}

/** EMA-8: once, by (iss, jti), until nobody takes it any more. */
async function useUp(
  { replay, random }: IdJagPorts,
  { issuer, jti, deadAt }: IdJag,
  { now }: GrantContext,
): Promise<Result<object, GrantRefusal>> {
  const marked = await replay.markUsed({ issuer, jti, until: deadAt, now, attempt: random(16) });
  return marked ? ok({}) : bearerRefused('grant_assertion_replayed');
}
