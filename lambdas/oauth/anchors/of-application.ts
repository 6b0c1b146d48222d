import type { VerifiedForeign } from '../../ports/trust-anchors.ts';
import { namesAt } from '../people/profiles/claim-at.ts';
import type { Claims } from '../people/profiles/profile.ts';

const fix = 'get one by the authorization code flow, with a person in it';

/** What is wrong with a token that no person stands behind: an application got it for itself, by client credentials. */
export function applicationProblem({
  anchor: { profile },
  kind,
  claims,
}: Pick<VerifiedForeign, 'anchor' | 'kind' | 'claims'>): string | undefined {
  if (profile === 'entra') return ofEntra(kind, claims);
  return isOfItself(claims) || marks.some(([claim, value]) => claims[claim] === value)
    ? `is of an application, and of no person: ${fix}`
    : undefined;
}

/** Auth0, and Entra wherever it stands. */
const marks = [
  ['gty', 'client-credentials'],
  ['idtyp', 'app'],
] as const;

/** RFC 9068 §2.2: the subject of a token without a person is its client; Keycloak gives that a user of its own. */
function isOfItself(claims: Claims): boolean {
  const { sub, preferred_username: username } = claims;
  const clients = ['client_id', 'cid', 'azp'].map((name) => claims[name]);
  const isServiceAccount = clients.some((client) => username === `service-account-${String(client)}`);
  return isServiceAccount || clients.some((client) => client !== undefined && client === sub);
}

function ofEntra(kind: VerifiedForeign['kind'], claims: Claims): string | undefined {
  const isOfApplication =
    claims['idtyp'] === 'app' || (kind === 'access_token' && claims['scp'] === undefined);
  if (!isOfApplication) return undefined;
  // Facets of an actor, in no order: 11 is an agent identity.
  const facets = (namesAt(claims, 'xms_act_fct') ?? []).flatMap((listed) => String(listed).split(' '));
  const whose = facets.includes('11') ? 'an agent identity' : 'an application';
  return `is of ${whose}, and of no person (no scp): ${fix}`;
}
