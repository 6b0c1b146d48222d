import * as v from 'valibot';
import type { GrantTerms } from '../../ports/grants.ts';
import type { KeyRings } from '../../ports/signing.ts';
import type { GrantId } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { GrantContext } from '../grants/grant.ts';
import { heldNow } from '../grants/held-now.ts';
import { grantOfRefreshToken, type RefreshPorts } from '../grants/refresh-token.ts';
import type { GrantRefusal } from '../refusal.ts';
import { ownJwt } from '../tokens/own-jwt.ts';
import type { IdentityRequest } from './identity-request.ts';
import { notAsserted } from './refusal.ts';

export interface PresentedIdentityPorts extends RefreshPorts {
  readonly keyRings: KeyRings;
}

const claims = v.object({
  iss: v.string(),
  sub: v.string(),
  aud: v.string(),
  exp: v.number(),
  grant_id: v.pipe(v.string(), v.nonEmpty()),
});

/**
 * What the person granted to the client that presents a token of it, and that they still stand: at their identity provider
 * too, where that can be asked. Nothing is used up by it.
 */
export async function presentedIdentity(
  ports: PresentedIdentityPorts,
  { token, kind }: IdentityRequest['subject'],
  context: GrantContext,
): Promise<Result<GrantTerms, GrantRefusal>> {
  const terms =
    kind === 'refresh_token'
      ? await grantOfRefreshToken(ports, token, context)
      : await grantOfIdToken(ports, token, context);
  if (!terms.ok) return terms;
  // What came of an exchange is of another client's sign-in, and is for one resource.
  if (terms.value.origin !== undefined) return notAsserted('subject_token_of_another');
  const held = await heldNow(ports, terms.value, context);
  return held.ok ? terms : held;
}

async function grantOfIdToken(
  { keyRings, issuer, grants }: PresentedIdentityPorts,
  token: string,
  { client: { client }, now }: GrantContext,
): Promise<Result<GrantTerms, GrantRefusal>> {
  const signed = await ownJwt(token, { typ: 'JWT', ring: await keyRings.current() }, now);
  const read = v.safeParse(claims, signed.ok ? signed.value : undefined);
  if (!read.success || read.output.iss !== issuer) return notAsserted('subject_token_not_acceptable');
  const { aud, exp, grant_id: grantId, sub } = read.output;
  // The person signed in to the client that the id_token is for: to any other it says nothing.
  if (aud !== client.id) return notAsserted('subject_token_of_another');
  if (exp <= now) return notAsserted('subject_token_expired');
  const grant = await grants.find(grantId as GrantId);
  if (grant?.terms.clientId !== client.id || grant.terms.person.id !== sub) {
    return notAsserted('subject_token_expired');
  }
  const { terms, ended } = grant;
  return ended === undefined
    ? ok(terms)
    : refuse({ reason: 'grant_ended', grantId: terms.id, why: ended.reason });
}
