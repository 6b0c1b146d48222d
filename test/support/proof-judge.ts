import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import type { Gate } from './gate.ts';

/** An Okta that demands DPoP (ok-dpop of the reference: a nonce for each proof, `use_dpop_nonce` where there is none). */
export interface ProofJudge {
  readonly gate: Gate;
  /** Takes no nonce that it has given until now. */
  readonly renewNonce: () => void;
  /** From now on it wants a nonce again and again, whatever it is shown. */
  readonly neverContent: (never: boolean) => void;
  /** From now on its userinfo endpoint takes tokens that are bound to no key, as such and in no other way. */
  readonly takeBearers: (take: boolean) => void;
  /** Of the proofs that it took, by path. */
  readonly taken: readonly { readonly path: string; readonly jkt: string; readonly jti: string }[];
}

/** `now`: seconds since 1970. */
export function judgeProofs(root: string, now: () => number): ProofJudge {
  let nonce: string = randomUUID();
  let insatiable = false;
  let bearers = false;
  const taken: { path: string; jkt: string; jti: string }[] = [];

  const proven = async (path: string, request: IncomingMessage): Promise<'taken' | 'nonce' | 'bad'> => {
    const { dpop, authorization = '' } = request.headers;
    try {
      const { payload, protectedHeader } = await jwtVerify(String(dpop), EmbeddedJWK, {
        ...{ typ: 'dpop+jwt', algorithms: ['ES256'], currentDate: new Date(now() * 1_000) },
        ...{ maxTokenAge: 60, requiredClaims: ['jti', 'htm', 'htu'] },
      });
      const token = authorization.replace(/^DPoP /, '');
      const ath = createHash('sha256').update(token).digest('base64url');
      const isBound = path === '/token' || authorization === `DPoP ${token}`;
      const hasItsDigest = path === '/token' || payload['ath'] === ath;
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
    gate: async (path, request) => {
      if (path !== '/token' && path !== '/userinfo') return undefined;
      const { dpop, authorization = '' } = request.headers;
      if (bearers && path === '/userinfo' && dpop === undefined && authorization.startsWith('Bearer ')) {
        return undefined;
      }
      const judged = await proven(path, request);
      if (judged === 'taken') return undefined;
      const error = judged === 'nonce' ? 'use_dpop_nonce' : 'invalid_dpop_proof';
      return path === '/token'
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
    taken,
  };
}
