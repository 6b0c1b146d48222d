import type { Check, Diagnosis, Look, ProbedToken } from '../../../ports/diagnosis.ts';
import type { Instant } from '../../../runtime/clock.ts';
import { checkAuthorizationEndpoint, probingRequest } from './authorization-endpoint.ts';
import { check, notChecked } from './check.ts';
import { checkClock } from './clock.ts';
import { discoveryUrl, judgeDiscovery, type Metadata } from './discovery.ts';
import { judgeKeys } from './keys.ts';
import type { LookedAt } from './provider.ts';
import { checkTokenEndpoint } from './token-endpoint.ts';

export interface Instruments {
  readonly look: Look;
  /** Sends a code that nobody gave; absent where no credentials are at hand. */
  readonly probe?: () => Promise<ProbedToken>;
  /** Fresh for each diagnosis. */
  readonly random: string;
  /** When the discovery document was answered. */
  readonly clock: () => Instant;
}

/** Looks at all of a provider that can be looked at without a person. */
export async function diagnose(idp: LookedAt, instruments: Instruments): Promise<Diagnosis> {
  const seen = await instruments.look(discoveryUrl(idp.issuer));
  const clock = checkClock(seen, instruments.clock());
  const { metadata, findings } = judgeDiscovery(idp, seen);
  const discovery = check('discovery', 'its discovery document has all that is needed', findings);
  if (metadata === undefined) {
    return { issuer: idp.issuer, profile: idp.profile, checks: [discovery] };
  }
  const [keys, authorization, token] = await Promise.all([
    keysOf(idp, metadata, instruments),
    authorizationOf(idp, metadata, instruments),
    tokenOf(idp, discovery, instruments),
  ]);
  return { issuer: idp.issuer, profile: idp.profile, checks: [discovery, keys, clock, authorization, token] };
}

async function keysOf(idp: LookedAt, metadata: Metadata, { look }: Instruments): Promise<Check> {
  const url = metadata['jwks_uri'];
  if (typeof url !== 'string')
    return notChecked('keys', 'the discovery document does not say where they are');
  return check('keys', 'its keys can verify id_tokens', judgeKeys(idp, url, await look(url)));
}

async function authorizationOf(
  idp: LookedAt,
  metadata: Metadata,
  { look, random }: Instruments,
): Promise<Check> {
  const endpoint = metadata['authorization_endpoint'];
  const subject = 'authorization_endpoint';
  if (idp.clientId === undefined) return notChecked(subject, 'it takes a registered client id to ask it');
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) {
    return notChecked(subject, 'the discovery document does not say where it is');
  }
  return checkAuthorizationEndpoint(idp, endpoint, await look(probingRequest(idp, endpoint, random)));
}

async function tokenOf(idp: LookedAt, discovery: Check, { probe, clock }: Instruments): Promise<Check> {
  const subject = 'token_endpoint';
  if (probe === undefined)
    return notChecked(subject, 'it takes a registered client and its secret to ask it');
  // A secret is sent to nobody who may be somebody else.
  if (discovery.outcome === 'error') return notChecked(subject, 'not before the discovery document is right');
  return checkTokenEndpoint(idp, await probe(), clock());
}
