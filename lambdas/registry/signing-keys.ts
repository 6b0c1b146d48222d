import type {
  KeyRing,
  KeyRingStore,
  PublicKeys,
  SigningAlgorithm,
  SigningKey,
  SigningKeyMaker,
} from '../ports/signing.ts';
import type { Instant } from '../runtime/clock.ts';
import { keyThumbprint } from './key-thumbprint.ts';

export interface DeclaredSigningKeys {
  readonly activeKeyArn: string;
  readonly standbyKeyArn: string;
}

/**
 * Publishes the signing keys of a deployment: the first ring signs with the active key at once and keeps the other
 * as a standby. A ring that exists is never reset; a key it does not know joins it as a standby. Resolves with the
 * keys that were added.
 */
export async function seedSigningKeys(
  ports: { readonly keyRing: KeyRingStore; readonly publicKeys: PublicKeys },
  declared: DeclaredSigningKeys,
  now: Instant,
): Promise<readonly SigningKey[]> {
  for (;;) {
    const ring = await ports.keyRing.read();
    const added = await Promise.all(
      missingFrom(ring, declared).map((keyArn) => publishedKey(ports.publicKeys, keyArn, now)),
    );
    const signing = added.map((key) =>
      ring.keys.length === 0 && arnOf(key) === declared.activeKeyArn ? { ...key, signFrom: now } : key,
    );
    if (signing.length === 0) return [];
    if (await ports.keyRing.replace(ring, [...ring.keys, ...signing])) return signing;
  }
}

/**
 * Publishes two signing keys made here and now, unless the ring has some of that algorithm which are kept as these
 * are. The first signs at once. Resolves with the keys that were added.
 */
export async function makeSigningKeys(
  ports: { readonly keyRing: KeyRingStore; readonly maker: SigningKeyMaker },
  algorithm: SigningAlgorithm,
  now: Instant,
): Promise<readonly SigningKey[]> {
  for (;;) {
    const ring = await ports.keyRing.read();
    const isThere = ring.keys.some((key) => key.custody.kind === 'envelope' && key.algorithm === algorithm);
    if (isThere) return [];
    const intent = `${algorithm}-after-${ring.version}`;
    const added = [
      { ...(await ports.maker.make(`${intent}-active`)), publishedAt: now, signFrom: now },
      { ...(await ports.maker.make(`${intent}-standby`)), publishedAt: now },
    ];
    if (await ports.keyRing.replace(ring, [...ring.keys, ...added])) return added;
  }
}

function missingFrom(ring: KeyRing, { activeKeyArn, standbyKeyArn }: DeclaredSigningKeys): readonly string[] {
  const known = ring.keys.map(arnOf);
  return [...new Set([activeKeyArn, standbyKeyArn])].filter((keyArn) => !known.includes(keyArn));
}

async function publishedKey(publicKeys: PublicKeys, keyArn: string, now: Instant): Promise<SigningKey> {
  const publicJwk = await publicKeys.publicJwk(keyArn);
  const custody = { kind: 'kms', keyArn } as const;
  return { kid: keyThumbprint(publicJwk), custody, algorithm: 'RS256', publicJwk, publishedAt: now };
}

function arnOf({ custody }: SigningKey): string | undefined {
  return custody.kind === 'kms' ? custody.keyArn : undefined;
}
