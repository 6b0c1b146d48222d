import { randomBytes, randomUUID } from 'node:crypto';
import type { VirtualClock } from '../../clock.ts';
import { AwsError } from '../service.ts';
import type { StateFile } from '../state-file.ts';

export interface SecretVersion {
  readonly createdAt: number;
  readonly text?: string;
  readonly binary?: string;
  stages: string[];
}

export interface SecretRecord {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: number;
  description?: string;
  keyId?: string;
  changedAt: number;
  /** When deletion was asked for; `purgeAt` is when the recovery window ends. */
  deletedAt?: number;
  purgeAt?: number;
  tags: Record<string, string>;
  readonly versions: Record<string, SecretVersion>;
}

export type SecretsState = Record<string, SecretRecord>;

export interface SecretStoreOptions {
  readonly file: StateFile<SecretsState>;
  readonly region: string;
  readonly account: string;
  readonly clock: VirtualClock;
}

export interface SecretStore {
  readonly commit: () => Promise<void>;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly all: () => readonly SecretRecord[];
  readonly create: (name: string) => SecretRecord;
  readonly remove: (secret: SecretRecord) => void;
  /** By name, ARN, or ARN without its random suffix; a secret that waits for its deletion too. */
  readonly find: (secretId: string) => SecretRecord;
  /** As `find`, but refuses a secret that waits for its deletion. */
  readonly live: (secretId: string) => SecretRecord;
}

export function createSecretStore({ file, region, account, clock }: SecretStoreOptions): SecretStore {
  const { state, commit } = file;
  const now = (): number => clock.now() / 1000;
  const remove = (secret: SecretRecord): void => {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the record is the file's JSON
    delete state[secret.name];
  };
  const all = (): readonly SecretRecord[] => {
    Object.values(state)
      .filter(({ purgeAt }) => purgeAt !== undefined && purgeAt <= now())
      .forEach(remove);
    return Object.values(state);
  };
  const find = (secretId: string): SecretRecord => {
    const secret = all().find(({ arn, name }) => [name, arn, arn.slice(0, -7)].includes(secretId));
    if (secret === undefined) {
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    return secret;
  };
  return {
    commit,
    now,
    all,
    remove,
    find,
    live: (secretId) => {
      const secret = find(secretId);
      if (secret.deletedAt === undefined) return secret;
      throw new AwsError(
        'InvalidRequestException',
        "You can't perform this operation on the secret because it was marked for deletion.",
      );
    },
    create: (name) => {
      refuseTaken(all().find((secret) => secret.name === name));
      const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix()}`;
      const secret: SecretRecord = { arn, name, createdAt: now(), changedAt: now(), tags: {}, versions: {} };
      state[name] = secret;
      return secret;
    },
  };
}

function refuseTaken(secret: SecretRecord | undefined): void {
  if (secret === undefined) return;
  if (secret.deletedAt === undefined) {
    const problem = `The operation failed because the secret ${secret.name} already exists.`;
    throw new AwsError('ResourceExistsException', problem);
  }
  throw new AwsError(
    'InvalidRequestException',
    "You can't create this secret because a secret with this name is already scheduled for deletion.",
  );
}

function suffix(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  return Array.from(randomBytes(6), (byte) => letters[byte % letters.length]).join('');
}

export interface NewVersion {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: string | undefined;
  readonly ClientRequestToken?: string | undefined;
}

/** Adds a version under these stages. The same token with the same value is the same version again; with another it is refused. */
export function putVersion(
  secret: SecretRecord,
  value: NewVersion,
  stages: readonly string[],
  now: number,
): string {
  const { SecretString: text, SecretBinary: binary, ClientRequestToken: id = randomUUID() } = value;
  if ((text === undefined) === (binary === undefined)) {
    throw new AwsError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
  }
  const existing = secret.versions[id];
  if (existing !== undefined) {
    if (existing.text === text && existing.binary === binary) return id;
    const problem = `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`;
    throw new AwsError('ResourceExistsException', problem);
  }
  const content = { ...(text === undefined ? {} : { text }), ...(binary === undefined ? {} : { binary }) };
  secret.versions[id] = { createdAt: now, stages: [], ...content };
  // The first version of a secret is current, whatever stage was asked for.
  const isFirst = Object.keys(secret.versions).length === 1;
  for (const stage of new Set([...stages, ...(isFirst ? ['AWSCURRENT'] : [])])) moveStage(secret, stage, id);
  secret.changedAt = now;
  return id;
}

/** Attaches a stage to a version; the version that AWSCURRENT leaves becomes AWSPREVIOUS. */
export function moveStage(secret: SecretRecord, stage: string, to?: string): void {
  const current = versionAt(secret, stage);
  const target = to === undefined ? undefined : secret.versions[to];
  if (to !== undefined && target === undefined) {
    throw new AwsError(
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret version.",
    );
  }
  for (const version of Object.values(secret.versions)) {
    version.stages = version.stages.filter((each) => each !== stage);
  }
  target?.stages.push(stage);
  if (stage === 'AWSCURRENT' && current !== undefined && current !== to)
    moveStage(secret, 'AWSPREVIOUS', current);
}

/** Whoever moves a stage names the version that it leaves, and is right about it. */
export function refuseWrongSource(secret: SecretRecord, stage: string, from: string | undefined): void {
  const current = versionAt(secret, stage);
  if (current === undefined || from === current) return;
  const problem = `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${current}, so you must explicitly reference that version in RemoveFromVersionId.`;
  throw new AwsError('InvalidParameterException', problem);
}

export function versionAt(secret: SecretRecord, stage: string): string | undefined {
  return Object.entries(secret.versions).find(([, { stages }]) => stages.includes(stage))?.[0];
}
