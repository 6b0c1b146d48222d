import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import type { Gate } from './gate.ts';

/** An Okta that demands DPoP (ok-dpop of the reference: a nonce for each proof, `use_dpop_nonce` where there is none). */
export interface ProofJudge {
  readonly gate: Gate;
  /** What came, to whatever path, and whether with a proof, good or bad. */
  readonly seen: readonly { readonly path: string; readonly proof: boolean }[];
  /** Takes no nonce that it has given until now. */
  readonly renewNonce: () => void;
  /** From now on it wants a nonce again and again, whatever it is shown. */
  readonly neverContent: (never: boolean) => void;
  /** From now on its userinfo endpoint takes tokens that are bound to no key, as such and in no other way. */
  readonly takeBearers: (take: boolean) => void;
  /** Of the proofs that it took, by path. */
  readonly taken: readonly { readonly path: string; readonly jkt: string; readonly jti: string }[];
}

/** Where it demands them: paths of its host. It looks at no proof elsewhere. */
interface Demanding {
  readonly tokens: readonly string[];
  readonly userinfo?: string;
}

/** `now`: seconds since 1970. */
export function judgeProofs(
  root: string,
  now: () => number,
  { tokens, userinfo }: Demanding = { tokens: ['/token'], userinfo: '/userinfo' },
): ProofJudge {
  let nonce: string = randomUUID();
  let insatiable = false;
  let bearers = false;
  const taken: { path: string; jkt: string; jti: string }[] = [];
  const seen: { path: string; proof: boolean }[] = [];

  const proven = async (path: string, request: IncomingMessage): Promise<'taken' | 'nonce' | 'bad'> => {
    const { dpop, authorization = '' } = request.headers;
    try {
      const { payload, protectedHeader } = await jwtVerify(String(dpop), EmbeddedJWK, {
        ...{ typ: 'dpop+jwt', algorithms: ['ES256'], currentDate: new Date(now() * 1_000) },
        ...{ maxTokenAge: 60, requiredClaims: ['jti', 'htm', 'htu'] },
      });
      const token = authorization.replace(/^DPoP /, '');
      const ath = createHash('sha256').update(token).digest('base64url');
      const isBound = path !== userinfo || authorization === `DPoP ${token}`;
      const hasItsDigest = path !== userinfo || payload['ath'] === ath;
      const jti = String(payload.jti);
      const isOld = taken.some((before) => before.jti === jti);
      const isFor =
        `${String(payload['htm'])} ${String(payload['htu'])}` === `${request.method} ${root}${path}`;
      if ([isBound, hasItsDigest, !isOld, isFor].includes(false)) return 'bad';
      if (insatiable || payload['nonce'] !== nonce) return 'nonce';
      taken.push({ path, jti, jkt: await calculateJwkThumbprint(protectedHeader.jwk!) });
      return 'taken';
    } catch {
      return 'bad';
    }
  };

  return {
    gate: async (_, request) => {
      const path = new URL(request.url ?? '', root).pathname;
      const { dpop, authorization = '' } = request.headers;
      seen.push({ path, proof: dpop !== undefined });
      if (path !== userinfo && !tokens.includes(path)) return undefined;
      if (bearers && path === userinfo && dpop === undefined && authorization.startsWith('Bearer ')) {
        return undefined;
      }
      const judged = await proven(path, request);
      if (judged === 'taken') return undefined;
      const error = judged === 'nonce' ? 'use_dpop_nonce' : 'invalid_dpop_proof';
      return path !== userinfo
        ? { status: 400, body: { error }, headers: { 'dpop-nonce': nonce } }
        : {
            ...{ status: 401, body: {} },
            headers: { 'dpop-nonce': nonce, 'www-authenticate': `DPoP error="${error}"` },
          };
    },
    takeBearers: (take) => {
      bearers = take;
    },
    renewNonce: () => {
      nonce = randomUUID();
    },
    neverContent: (never) => {
      insatiable = never;
    },
    ...{ taken, seen },
  };
}
