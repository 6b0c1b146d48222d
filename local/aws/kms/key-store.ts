import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { VirtualClock } from '../../clock.ts';
import { AwsError } from '../service.ts';
import type { StateFile } from '../state-file.ts';
import { algorithmsOf, keySpec, type KeyUsage } from './key-specs.ts';

export interface KeyRecord {
  readonly id: string;
  readonly arn: string;
  readonly spec: string;
  readonly usage: KeyUsage;
  readonly createdAt: number;
  description: string;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  deletionDate?: number;
  rotates: boolean;
  policy?: string;
  tags: Record<string, string>;
  /** PKCS #8, base64: asymmetric keys. */
  readonly pkcs8?: string;
  /** Base64, the newest last: symmetric and HMAC keys. */
  readonly generations: string[];
}

export interface KmsState {
  readonly keys: Record<string, KeyRecord>;
  readonly aliases: Record<string, string>;
}

export interface KeyStoreOptions {
  readonly file: StateFile<KmsState>;
  readonly region: string;
  readonly account: string;
  readonly clock: VirtualClock;
}

export interface KeyMaterial {
  readonly pkcs8?: string;
  readonly generations: string[];
}

export interface NewKey {
  readonly spec: string;
  readonly usage: KeyUsage;
  readonly description: string;
  readonly tags: Record<string, string>;
  readonly policy?: string;
}

export interface KeyStore {
  readonly state: KmsState;
  readonly commit: () => Promise<void>;
  /** Seconds since 1970, the unit of every timestamp on the wire. */
  readonly now: () => number;
  readonly aliasArn: (name: string) => string;
  readonly keyArn: (id: string) => string;
  readonly create: (key: NewKey) => Promise<KeyRecord>;
  /** By id, ARN, alias or alias ARN. */
  readonly find: (keyId: string) => KeyRecord;
  /** A key that is enabled and made for that usage. */
  readonly usable: (keyId: string, usage: KeyUsage) => KeyRecord;
  readonly privateKey: (key: KeyRecord) => KeyObject;
  readonly publicKey: (key: KeyRecord) => KeyObject;
}

export function createKeyStore({ file, region, account, clock }: KeyStoreOptions): KeyStore {
  const { state, commit } = file;
  const arn = (resource: string): string => `arn:aws:kms:${region}:${account}:${resource}`;
  const parsed = new Map<string, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>();
  const now = (): number => clock.now() / 1000;

  const find = (keyId: string): KeyRecord => {
    const name = keyId.replace(/^arn:[^:]+:kms:[^:]*:[^:]*:/, '');
    const target = name.startsWith('alias/') ? state.aliases[name] : name.replace(/^key\//, '');
    if (target === undefined) throw new AwsError('NotFoundException', `Alias ${arn(name)} is not found.`);
    const key = Object.hasOwn(state.keys, target) ? state.keys[target] : undefined;
    const expired = key?.deletionDate !== undefined && key.deletionDate <= now();
    if (key === undefined || expired) {
      throw new AwsError('NotFoundException', `Key '${arn(`key/${target}`)}' does not exist`);
    }
    return key;
  };

  const keyPair = (key: KeyRecord): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } => {
    const kept = parsed.get(key.id);
    if (kept !== undefined) return kept;
    if (key.pkcs8 === undefined)
      throw new AwsError('UnsupportedOperationException', `${key.arn} is not asymmetric.`);
    const privateKey = createPrivateKey({
      key: Buffer.from(key.pkcs8, 'base64'),
      format: 'der',
      type: 'pkcs8',
    });
    const pair = { privateKey, publicKey: createPublicKey(privateKey) };
    parsed.set(key.id, pair);
    return pair;
  };

  return {
    state,
    commit,
    now,
    aliasArn: arn,
    keyArn: (id) => arn(`key/${id}`),
    find,
    create: async (wanted) => {
      algorithmsOf(wanted.spec, wanted.usage);
      const id = randomUUID();
      const material = await generateMaterial(wanted.spec);
      const record = {
        id,
        arn: arn(`key/${id}`),
        createdAt: now(),
        state: 'Enabled',
        rotates: false,
      } as const;
      const key: KeyRecord = { ...record, ...wanted, ...material };
      state.keys[id] = key;
      return key;
    },
    usable: (keyId, usage) => usableKey(find(keyId), usage),
    privateKey: (key) => keyPair(key).privateKey,
    publicKey: (key) => keyPair(key).publicKey,
  };
}

function usableKey(key: KeyRecord, usage: KeyUsage): KeyRecord {
  if (key.state === 'Disabled') throw new AwsError('DisabledException', `${key.arn} is disabled.`);
  if (key.state === 'PendingDeletion') {
    throw new AwsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
  }
  if (key.usage !== usage) {
    const problem = `${key.arn} key usage is ${key.usage} which is not valid for this operation.`;
    throw new AwsError('InvalidKeyUsageException', problem);
  }
  return key;
}

const generate = promisify(generateKeyPair);

export async function generateMaterial(specName: string): Promise<KeyMaterial> {
  const spec = keySpec(specName);
  switch (spec.family) {
    case 'ec':
      return exported(await generate('ec', { namedCurve: spec.curve }));
    case 'rsa':
      return exported(await generate('rsa', { modulusLength: spec.bits }));
    case 'ed25519':
      return exported(await generate('ed25519'));
    case 'hmac':
      return { generations: [randomBytes(spec.bytes).toString('base64')] };
    case 'symmetric':
      return { generations: [newGeneration()] };
  }
}

export function newGeneration(): string {
  return randomBytes(32).toString('base64');
}

function exported({ privateKey }: { readonly privateKey: KeyObject }): KeyMaterial {
  return { pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'), generations: [] };
}
