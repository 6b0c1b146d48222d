import type {
  ForeignKind,
  ForeignRefusal,
  TrustAnchor,
  VerifiedForeign,
  VerifyForeign,
} from '../../ports/trust-anchors.ts';
import { type Instant, instant } from '../../runtime/clock.ts';
import { ok, type Result } from '../../runtime/result.ts';
import { type ForeignPeople, type ForeignPerson, foreignWorkload } from '../anchors/foreign-person.ts';
import type { AuthenticatedClient } from '../client-authentication/authenticate-client.ts';
import type { GrantContext, PersonsGrant } from '../grants/grant.ts';
import type { GrantRefusal } from '../refusal.ts';
import { subjectRefused } from './refusal.ts';
import type { Subject, SubjectReader } from './subject.ts';

export interface ForeignTokenPorts {
  readonly anchors: readonly TrustAnchor[];
  readonly verifierOf: (anchors: readonly TrustAnchor[]) => VerifyForeign;
  readonly people: ForeignPeople;
}

const exchanged: readonly ForeignKind[] = ['access_token', 'id_token', 'jwt'];

/** What each of the names of RFC 8693 §3 is of a token of somebody else: every JWT is one, whatever else it is. */
const kinds: Readonly<Record<string, readonly ForeignKind[]>> = {
  'urn:ietf:params:oauth:token-type:access_token': ['access_token'],
  'urn:ietf:params:oauth:token-type:id_token': ['id_token'],
  'urn:ietf:params:oauth:token-type:jwt': exchanged,
};

/** Whether tokens of an anchor are exchanged at all. */
export function isForExchange({ accepts }: TrustAnchor): boolean {
  return accepts.some((kind) => exchanged.includes(kind));
}

/** Access tokens, ID tokens and other JWTs of the trust anchors that name the requester. */
export function foreignTokens({ anchors, verifierOf, people }: ForeignTokenPorts): SubjectReader {
  const ownTypes = anchors.flatMap(({ subjectTokenTypes = [] }) => subjectTokenTypes);
  return {
    types: [...new Set([...Object.keys(kinds), ...ownTypes])],
    read: async (token, type, { client, now }: GrantContext) => {
      // Of issuers that trust is not put in for its sake, a client learns as much as of all others: nothing.
      const open = anchors.filter((anchor) => isOpenTo(anchor, client) && takes(anchor, type));
      const verified = await verifierOf(open)(token, kinds[type] ?? exchanged, now);
      if (!verified.ok) {
        const { fault, detail } = verified.refusal;
        return fault === 'issuer_not_trusted' ? undefined : subjectRefused(`subject_${fault}`, detail);
      }
      return subjectOf(people, verified.value, client, now);
    },
  };
}

function isOpenTo({ actors = [] }: TrustAnchor, { agent }: AuthenticatedClient): boolean {
  return agent !== undefined && actors.includes(agent.id);
}

function takes({ subjectTokenTypes = [] }: TrustAnchor, type: string): boolean {
  return Object.hasOwn(kinds, type) || subjectTokenTypes.includes(type);
}

async function subjectOf(
  people: ForeignPeople,
  verified: VerifiedForeign,
  client: AuthenticatedClient,
  now: Instant,
): Promise<Result<Subject, GrantRefusal>> {
  const { anchor, claims, expiresAt, jti } = verified;
  // What comes of it ends by then: leeway would make a token that has ended before it is there.
  if (expiresAt <= now) return subjectRefused('subject_out_of_time', 'is expired (exp)');
  if (!mayAct(claims, client)) {
    return subjectRefused('subject_may_not_act', 'names somebody else who alone may act (may_act)');
  }
  const who = await named(people, verified, now);
  if (!who.ok) return subjectRefused(`subject_${who.refusal.fault}`, who.refusal.detail);
  return ok({
    ...{ ...who.value, expiresAt, jtis: [jti], holders: [], actors: [], anchor: anchor.id },
    presentedBy: { actors: anchor.actors ?? [] },
    scope: { at: anchor.grants },
  });
}

/** In whose name one acts by it, and what is known of them. */
async function named(
  people: ForeignPeople,
  verified: VerifiedForeign,
  now: Instant,
): Promise<Result<Pick<Subject, 'kind' | 'id' | 'granted' | 'idp'>, ForeignRefusal>> {
  const { anchor, claims } = verified;
  if (anchor.subjectKind === 'workload') {
    const id = foreignWorkload(verified);
    return id.ok ? ok({ kind: 'workload', id: id.value }) : id;
  }
  const person = await people(verified, now);
  if (!person.ok) return person;
  const idp = anchor.idp !== undefined && { idp: anchor.idp };
  return ok({ kind: 'person', id: person.value.id, granted: whatItSays(claims, person.value), ...idp });
}

/** RFC 8693 §4.4: an issuer may say itself who acts for the person, and means nobody else. */
function mayAct(
  { may_act: said }: VerifiedForeign['claims'],
  { client, agent }: AuthenticatedClient,
): boolean {
  if (said === undefined) return true;
  const name = typeof said === 'object' && said !== null && 'sub' in said ? said.sub : undefined;
  return name !== undefined && (name === client.id || name === agent?.id);
}

function whatItSays(
  { auth_time: authTime, acr, amr }: VerifiedForeign['claims'],
  { heldAt }: ForeignPerson,
): PersonsGrant {
  return {
    roles: heldAt(undefined).roles,
    ...(typeof authTime === 'number' && { authTime: instant(Math.floor(authTime)) }),
    ...(typeof acr === 'string' && { acr }),
    ...(Array.isArray(amr) && amr.every((method) => typeof method === 'string') && { amr }),
  };
}
