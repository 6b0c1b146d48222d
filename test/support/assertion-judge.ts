import { createHash, X509Certificate } from 'node:crypto';
import {
  createLocalJWKSet,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  type ProtectedHeaderParameters,
} from 'jose';

/** What an identity provider knows of a client that proves itself by a key. */
export interface Known {
  readonly keys: () => Promise<JSONWebKeySet>;
  /** The only audience that it takes. */
  readonly audience: string;
  readonly alg: string;
  /** Where it knows the client by certificates: their texts. The one that an assertion names has to verify it. */
  readonly certificates?: () => readonly string[];
}

export interface Judged {
  readonly header: ProtectedHeaderParameters;
  readonly claims: JWTPayload;
}

/** A provider's judgement of client assertions: signature, the one audience, times, and each `jti` once. */
export interface AssertionJudge {
  /** Changes what it knows from now on; without anything, back to the honest. */
  readonly know: (changed?: Partial<Known>) => void;
  readonly isClient: (form: URLSearchParams) => Promise<boolean>;
  /** Those that it took. */
  readonly taken: readonly Judged[];
  /** As they were sent, taken or not. */
  readonly seen: readonly string[];
}

/** `now`: seconds since 1970. */
export function judgeAssertions(honest: Known, now: () => number): AssertionJudge {
  let known = honest;
  const [taken, seen]: [Judged[], string[]] = [[], []];
  return {
    know: (changed = {}) => {
      known = { ...honest, ...changed };
    },
    ...{ taken, seen },
    isClient: async (form) => {
      const assertion = form.get('client_assertion') ?? '';
      seen.push(assertion);
      const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
      if (form.get('client_assertion_type') !== type || form.has('client_secret')) return false;
      try {
        const { payload, protectedHeader } = await jwtVerify(assertion, await keysFor(known), {
          ...{ issuer: 'vestibule', subject: 'vestibule', algorithms: [known.alg], maxTokenAge: 300 },
          ...{ requiredClaims: ['jti', 'exp', 'iat', 'nbf'], currentDate: new Date(now() * 1_000) },
        });
        // OIDC Core §9: the sole audience, as a text.
        const isNew = !taken.some(({ claims }) => claims.jti === payload.jti);
        if (payload.aud !== known.audience || !isNew) return false;
        taken.push({ header: protectedHeader, claims: payload });
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** RFC 7515 §4.1.8: by the thumbprint of the certificate, or by `kid`. */
async function keysFor({ keys, certificates }: Known): Promise<JWTVerifyGetKey> {
  if (certificates === undefined) return createLocalJWKSet(await keys());
  return ({ 'x5t#S256': named, kid }) => {
    // Entra: certificate-credentials.md knows no kid.
    if (kid !== undefined) throw new Error('a key of an unknown name');
    const found = certificates()
      .map((pem) => new X509Certificate(pem))
      .find(({ raw }) => createHash('sha256').update(raw).digest('base64url') === named);
    if (found === undefined) throw new Error('no certificate of that thumbprint');
    return found.publicKey;
  };
}
