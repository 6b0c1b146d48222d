import type { Check, Diagnosis, Look, ProbedToken } from '../../../ports/diagnosis.ts';
import type { Instant } from '../../../runtime/clock.ts';
import { checkAuthorizationEndpoint, probingRequest } from './authorization-endpoint.ts';
import type { DownstreamApi } from '../../../ports/downstream-apis.ts';
import { apiNotChecked, checkApi } from './apis/check-api.ts';
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
  /** The APIs behind it that are looked at as well. */
  readonly apis?: readonly DownstreamApi[];
  /** Sends a token that nobody gave, for exchange; undefined where its client cannot prove itself. */
  readonly probeApi?: (api: DownstreamApi) => Promise<ProbedToken | undefined>;
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
  const [keys, authorization, token, probed] = await Promise.all([
    keysOf(idp, metadata, instruments),
    authorizationOf(idp, metadata, instruments),
    tokenOf(idp, discovery, instruments),
    probedApis(discovery, instruments),
  ]);
  const apis = probed.map(([api, answered]) => apiOf(idp, api, { metadata, discovery, token, answered }));
  const checks = [discovery, keys, clock, authorization, token, ...apis];
  return { issuer: idp.issuer, profile: idp.profile, checks };
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

/** All at once: each takes as long as the token endpoint. Undefined: it was not asked. */
function probedApis(
  discovery: Check,
  { apis = [], probeApi }: Instruments,
): Promise<readonly (readonly [DownstreamApi, ProbedToken | undefined])[]> {
  const isAsked = probeApi !== undefined && discovery.outcome !== 'error';
  return Promise.all(apis.map(async (api) => [api, isAsked ? await probeApi(api) : undefined] as const));
}

interface SeenOfApi {
  readonly metadata: Metadata;
  readonly discovery: Check;
  readonly token: Check;
  readonly answered: ProbedToken | undefined;
}

function apiOf(
  idp: LookedAt,
  api: DownstreamApi,
  { metadata, discovery, token, answered }: SeenOfApi,
): Check {
  if (discovery.outcome === 'error') return apiNotChecked(api, 'not before the discovery document is right');
  if (answered === undefined)
    return apiNotChecked(api, 'the deployment has nothing that its client proves itself by');
  // What is wrong with the client of the sign-in is said there.
  if (token.outcome === 'error' && api.strategy.client === undefined) {
    return apiNotChecked(api, 'not before the token endpoint takes the client');
  }
  return checkApi(idp, api, metadata, answered);
}
