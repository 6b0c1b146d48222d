import { createHmac } from 'node:crypto';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type AnchorKeys, anchorKeys } from '../../../lambdas/oauth/anchors/anchor-keys.ts';
import { readAnchors } from '../../../lambdas/oauth/anchors/read-anchors.ts';
import { foreignVerifier } from '../../../lambdas/oauth/anchors/verify-foreign.ts';
import type { DocumentRefusal, Documents } from '../../../lambdas/ports/documents.ts';
import type { KeptKeySet, KeptKeySets } from '../../../lambdas/ports/kept-keys.ts';
import type { TrustAnchor, VerifyForeign } from '../../../lambdas/ports/trust-anchors.ts';
import { ok, refuse, type Result } from '../../../lambdas/runtime/result.ts';
import { expect } from 'vitest';
import { issuer as ours, now, tokenEndpointUrl } from './mothers.ts';

export const partner = 'https://idp.partner.example';
export const api = 'https://api.example.com';

export interface Claims {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

export interface ForeignIssuer {
  readonly jwk: JWK;
  readonly token: (token?: Claims) => Promise<string>;
  /** Signed by HS256, with its public key as the secret. */
  readonly confused: (token?: Claims) => Promise<string>;
}

const usual = {
  iss: partner,
  sub: 'u-1',
  aud: api,
  iat: now - 10,
  exp: now + 300,
  scope: 'read',
  jti: 'one',
};

export async function aForeignIssuer(algorithm = 'RS256', kid = 'k1'): Promise<ForeignIssuer> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const sign = ({ claims = {}, header = {} }: Claims, key: CryptoKey = privateKey): Promise<string> =>
    new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: algorithm, kid, typ: 'at+jwt', ...header })
      .sign(key);
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' },
    token: (token = {}) => sign(token),
    confused: async ({ claims = {}, header = {} } = {}) => {
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const input = `${part({ alg: 'HS256', kid, typ: 'at+jwt', ...header })}.${part({ ...usual, ...claims })}`;
      const secret = await exportSPKI(publicKey);
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    },
  };
}

export function anAnchor(overrides: Partial<TrustAnchor> = {}): TrustAnchor {
  const [anchor] = readAnchors(
    JSON.stringify([
      {
        ...{ id: 'partner', issuer: partner, profile: 'generic', jwksUri: `${partner}/keys` },
        ...{ accepts: ['access_token', 'id_token', 'jwt'], audiences: [api] },
        ...overrides,
      },
    ]),
  );
  if (anchor === undefined) throw new Error('no anchor was read');
  return anchor;
}

export interface Host extends Documents {
  readonly asked: readonly string[];
  /** From now on. */
  readonly serve: (answer: Result<unknown, DocumentRefusal>) => void;
}

export const down: Result<never, DocumentRefusal> = refuse({ reason: 'unreachable' });

/** A host that serves the same at every URL. */
export function aKeyHost(...keys: readonly JWK[]): Host {
  let answer: Result<unknown, DocumentRefusal> = ok({ keys });
  const asked: string[] = [];
  return {
    asked,
    serve: (next) => {
      answer = next;
    },
    fetchJson: async (url) => {
      asked.push(url);
      // As a host does, it takes a moment.
      await new Promise((resolve) => setImmediate(resolve));
      return answer;
    },
  };
}

/** What instances share. */
export function someKeptKeys(): KeptKeySets & { readonly writes: () => number } {
  const sets = new Map<string, KeptKeySet>();
  let writes = 0;
  return {
    writes: () => writes,
    keep: (of, set) => {
      writes += 1;
      sets.set(of, set);
      return Promise.resolve();
    },
    find: (of) => Promise.resolve(sets.get(of)),
  };
}

export function verifierOf(
  host: Documents,
  anchors: readonly TrustAnchor[] = [anAnchor()],
  keys: AnchorKeys = anchorKeys(host, someKeptKeys()),
): VerifyForeign {
  return foreignVerifier({ anchors, keys, ownAudiences: [ours, tokenEndpointUrl] });
}

/** What a refusal is matched with. */
export const refusedFor = (fault: string, detail: RegExp | string = /./): object => ({
  ok: false,
  refusal: { fault, detail: expect.stringMatching(detail) as string },
});
