import type { Family, GrantOrigin, GrantTerms, StoredGrant } from '../../ports/grants.ts';
import type { IdentityProviders } from '../../ports/identity-providers.ts';
import { sha256 } from '../../runtime/digest.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { Secret } from '../../runtime/secret.ts';
import { boundKey } from '../dpop/possession.ts';
import { boundCertificate } from '../mutual-tls/bound-certificate.ts';
import type { Parameters } from '../parameters.ts';
import type { GrantRefusal } from '../refusal.ts';
import type { PersonGrantPorts } from './authorization-code.ts';
import { endGrant } from './end-grant.ts';
import {
  isOfFamily,
  placeOf,
  readRefreshToken,
  type RefreshToken,
  rotate,
  writeRefreshToken,
} from './family.ts';
import { defineGrant, type Grant, type GrantContext, type TokenPlan } from './grant.ts';
import { grantedResource } from './granted-resource.ts';
import { heldNow } from './held-now.ts';
import { personPlan } from './person-plan.ts';

export interface RefreshPorts extends PersonGrantPorts {
  readonly identityProviders: IdentityProviders;
  /** Of grants that came of an exchange. */
  readonly planExchanged: PlanExchanged;
}

/** What such a grant gives now, of what is asked. */
export type PlanExchanged = (
  grant: ExchangedGrant,
  asked: string | undefined,
  context: Pick<GrantContext, 'now' | 'requestId'>,
) => Promise<Result<TokenPlan, GrantRefusal>>;

export interface ExchangedGrant {
  readonly terms: GrantTerms & { readonly origin: GrantOrigin };
  readonly family: Family;
}

interface RefreshRequest {
  readonly token: RefreshToken;
  readonly scope: string | undefined;
  readonly resources: readonly string[];
}

/** RFC 6749 §6: a client goes on with what a person granted it, while the person is away. */
export function refreshTokenGrant(ports: RefreshPorts): Grant {
  return defineGrant({
    type: 'refresh_token',
    parameters: ['refresh_token', 'scope', 'resource'],
    parse: refreshRequest,
    decide: async (request, context) => {
      const { token, scope: asked } = request;
      const found = await ports.grants.find(token.grantId);
      const live = liveGrant(found, request, context);
      if (!live.ok) return live;
      const place = await placed(ports, live.value, token, context);
      if (!place.ok) return place;
      const plan = await planned(ports, live.value, asked, context);
      if (!plan.ok) return plan;
      return ok({
        plan: plan.value,
        uses: sha256(token.secret),
        mark: () => successorOf(ports, live.value, request, context),
      });
    },
  });
}

async function planned(
  ports: RefreshPorts,
  { grant: { terms }, family }: Live,
  asked: string | undefined,
  context: GrantContext,
): Promise<Result<TokenPlan, GrantRefusal>> {
  const { origin } = terms;
  if (origin !== undefined) {
    return ports.planExchanged({ terms: { ...terms, origin }, family }, asked, context);
  }
  const held = await heldNow(ports, terms, context);
  return held.ok ? personPlan(ports, terms, context.client, { asked, held: held.value }) : held;
}

/** What the grant says that a refresh token stands for, of the client that presents it. The token stays as good as it was. */
export async function grantOfRefreshToken(
  ports: RefreshPorts,
  text: string,
  context: GrantContext,
): Promise<Result<GrantTerms, GrantRefusal>> {
  const grant = await grantBehindRefreshToken(ports, text, context);
  return grant.ok ? ok(grant.value.terms) : grant;
}

/** The same with all that is kept of the grant. */
export async function grantBehindRefreshToken(
  ports: RefreshPorts,
  text: string,
  context: GrantContext,
): Promise<Result<StoredGrant, GrantRefusal>> {
  const token = readRefreshToken(text);
  if (token === undefined) return refuse({ reason: 'refresh_token_unknown' });
  const live = liveGrant(await ports.grants.find(token.grantId), { token, resources: [] }, context);
  if (!live.ok) return live;
  const place = await placed(ports, live.value, token, context);
  return place.ok ? ok(live.value.grant) : place;
}

function refreshRequest({ values, resources }: Parameters): Result<RefreshRequest, GrantRefusal> {
  const text = values.get('refresh_token');
  if (text === undefined) return refuse({ reason: 'refresh_token_missing' });
  const token = readRefreshToken(text);
  return token === undefined
    ? refuse({ reason: 'refresh_token_unknown' })
    : ok({ token, scope: values.get('scope'), resources });
}

interface Live {
  readonly grant: StoredGrant;
  readonly family: Family;
}

/** The grant of a token, for the client that it was issued to. Nothing here changes anything. */
function liveGrant(
  grant: StoredGrant | undefined,
  { token, resources }: Pick<RefreshRequest, 'token' | 'resources'>,
  { client: { client }, now, ...shown }: GrantContext,
): Result<Live, GrantRefusal> {
  const family = grant?.family;
  // Without the family's secret the token is somebody's guess: whose family it guessed must not suffer from it.
  if (grant === undefined || family === undefined || !isOfFamily(family, token)) {
    return refuse({ reason: 'refresh_token_unknown' });
  }
  const { terms, ended } = grant;
  // RFC 6749 §6: bound to the client that it was issued to.
  if (terms.clientId !== client.id) return refuse({ reason: 'refresh_token_of_another_client' });
  if (ended !== undefined) return refuse({ reason: 'grant_ended', grantId: terms.id, why: ended.reason });
  if (now >= family.idleUntil) return refuse({ reason: 'refresh_token_expired', grantId: terms.id });
  const resource = grantedResource(terms, resources);
  if (!resource.ok) return resource;
  // RFC 9449 §5: without the key of the family, the token is stolen, and its owner must not suffer from it.
  const key = boundKey(client, shown.possession, family.jkt);
  if (!key.ok) return key;
  const certificate = boundCertificate(client, shown, family.x5t);
  return certificate.ok ? ok({ grant, family }) : certificate;
}

/** RFC 9700 §4.14.2: what was replaced is good for a minute, for the client's own parallel requests; after, it is stolen. */
async function placed(
  ports: RefreshPorts,
  { grant: { terms }, family }: Live,
  token: RefreshToken,
  context: GrantContext,
): Promise<Result<Exclude<ReturnType<typeof placeOf>, { kind: 'outside' }>, GrantRefusal>> {
  const place = placeOf(family, token, context.now);
  if (place.kind !== 'outside') return ok(place);
  await endGrant(ports, terms, 'refresh_token_replayed', context);
  return refuse({ reason: 'refresh_token_replayed', grantId: terms.id });
}

/** The token that follows: made by the one write, or, after it, derived by everybody who has its predecessor. */
async function successorOf(
  ports: RefreshPorts,
  live: Live,
  request: RefreshRequest,
  context: GrantContext,
): Promise<Result<{ readonly refreshToken: Secret }, GrantRefusal>> {
  const { token } = request;
  const { grant, family } = live;
  const place = await placed(ports, live, token, context);
  if (!place.ok) return place;
  if (place.value.kind === 'superseded') return ok({ refreshToken: writeRefreshToken(place.value.newest) });
  const { now } = context;
  const rotation = rotate(family, token, { salt: ports.random(16), idle: ports.life.idle, now });
  if (!rotation.room) {
    return refuse({ reason: 'refreshed_too_often', retryAfterSeconds: Math.max(1, rotation.until - now) });
  }
  const marked = await ports.grants.rotate(grant.terms.id, {
    ...{ from: family.current, next: rotation.next, attempt: ports.random(16) },
  });
  if (marked.won) return ok({ refreshToken: writeRefreshToken(rotation.successor) });
  // Another request was faster: what it left behind leads on, unless the grant has ended meanwhile.
  const left = liveGrant(marked.taken, request, context);
  return left.ok ? successorOf(ports, left.value, request, context) : left;
}
