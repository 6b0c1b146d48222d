import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { SealPurpose, Seals } from '../../ports/seals.ts';
import type { Random } from '../../runtime/random.ts';
import type { SealSecrets, SealSecretVersion } from './seal-secrets.ts';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** Version id, the end in seconds of base 36, and nonce, ciphertext and tag: characters that a cookie may hold. */
const form = /^(?<version>[\w-]{1,64})\.(?<until>[1-9a-z][0-9a-z]{0,8})\.(?<box>[\w-]+)$/;

/** AES-256-GCM, with a key of its own for each purpose; the purpose, the version and the end are authenticated with it. */
export function secretsManagerSeals({
  secrets,
  random,
}: {
  readonly secrets: SealSecrets;
  readonly random: Random;
}): Seals {
  const keyOf = keys();
  return {
    seal: async (purpose, value, until) => {
      const version = await secrets.toSealWith();
      const end = until.toString(36);
      const nonce = Buffer.from(random(nonceBytes), 'base64url');
      const cipher = createCipheriv(algorithm, keyOf(version, purpose), nonce);
      cipher.setAAD(authenticated(purpose, version.id, end));
      const box = Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${version.id}.${end}.${box.toString('base64url')}`;
    },
    open: async (purpose, sealed, now) => {
      const parts = form.exec(sealed)?.groups;
      const { version: id = '', until: end = '', box: text = '' } = parts ?? {};
      if (parts === undefined || Number.parseInt(end, 36) <= now) return undefined;
      const box = Buffer.from(text, 'base64url');
      // One text for one box: what decodes to the same bytes is not what we sealed.
      if (box.length < nonceBytes + tagBytes || box.toString('base64url') !== text) return undefined;
      const version = await secrets.byId(id);
      return version && opened(box, keyOf(version, purpose), authenticated(purpose, id, end));
    },
  };
}

function opened(box: Buffer, key: Buffer, context: Buffer): string | undefined {
  const decipher = createDecipheriv(algorithm, key, box.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(context);
  decipher.setAuthTag(box.subarray(-tagBytes));
  const text = decipher.update(box.subarray(nonceBytes, -tagBytes));
  try {
    return Buffer.concat([text, decipher.final()]).toString();
  } catch {
    return undefined;
  }
}

/** None of the parts can hold the separator. */
function authenticated(purpose: SealPurpose, version: string, end: string): Buffer {
  return Buffer.from(`vestibule-seal|${purpose}|${version}|${end}`);
}

/** Derives each key once for as long as its version is kept. */
function keys(): (version: SealSecretVersion, purpose: SealPurpose) => Buffer {
  const derived = new WeakMap<SealSecretVersion, Map<SealPurpose, Buffer>>();
  return (version, purpose) => {
    const ofVersion = derived.get(version) ?? new Map<SealPurpose, Buffer>();
    derived.set(version, ofVersion);
    const key =
      ofVersion.get(purpose) ??
      Buffer.from(hkdfSync('sha256', version.secret.reveal(), version.id, `vestibule-seal|${purpose}`, 32));
    ofVersion.set(purpose, key);
    return key;
  };
}
