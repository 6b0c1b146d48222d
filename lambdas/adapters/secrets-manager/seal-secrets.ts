import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type Clock, instant, type Instant } from '../../runtime/clock.ts';
import { Secret } from '../../runtime/secret.ts';
import { calling } from '../aws.ts';

export interface SealSecretVersion {
  readonly id: string;
  readonly secret: Secret;
  readonly createdAt: Instant;
}

/** The two live versions of the secret behind seals. Throws `DependencyUnavailable` when they cannot be read. */
export interface SealSecrets {
  /** The version to seal with: one that every instance knows, or gets to know when it meets it. */
  readonly toSealWith: () => Promise<SealSecretVersion>;
  /** Undefined for a version that is not live any more, or that somebody made up. */
  readonly byId: (id: string) => Promise<SealSecretVersion | undefined>;
}

/** How long an instance goes without asking; a version that is gone opens nothing from then on. Seconds. */
const keptSeconds = 300;

/**
 * An unknown version is asked for, but not sooner than this after the last answer: what strangers make up costs one
 * question in that time. Nothing is sealed with a version before it is twice as old, so that whoever meets an unknown one
 * has an older answer, however often strangers made it ask. Seconds.
 */
const coolDownSeconds = 15;

/** 43 of 64 characters are 256 bits. */
const shortest = 43;

interface Known {
  readonly readAt: Instant;
  /** The current one first. */
  readonly versions: readonly [SealSecretVersion, ...SealSecretVersion[]];
}

export function secretsManagerSealSecrets({
  client,
  secretArn,
  clock,
}: {
  readonly client: SecretsManagerClient;
  readonly secretArn: string;
  readonly clock: Clock;
}): SealSecrets {
  let known: Known | undefined;
  let reading: Promise<Known> | undefined;

  const read = (): Promise<Known> => {
    // Age counts from before the question.
    const readAt = clock();
    reading ??= readVersions(client, secretArn)
      .then((versions) => (known = { readAt, versions }))
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  const noOlderThan = async (seconds: number): Promise<Known['versions']> => {
    const fresh = known !== undefined && Math.abs(clock() - known.readAt) < seconds;
    return (fresh && known !== undefined ? known : await read()).versions;
  };
  return {
    toSealWith: async () => {
      const [current, previous] = await noOlderThan(keptSeconds);
      const settled = clock() - current.createdAt >= 2 * coolDownSeconds;
      return settled ? current : (previous ?? current);
    },
    byId: async (id) => {
      const named = (versions: Known['versions']): SealSecretVersion | undefined =>
        versions.find((version) => version.id === id);
      return named(await noOlderThan(keptSeconds)) ?? named(await noOlderThan(coolDownSeconds));
    },
  };
}

async function readVersions(
  client: SecretsManagerClient,
  secretArn: string,
): Promise<readonly [SealSecretVersion, ...SealSecretVersion[]]> {
  const [current, previous] = await calling('Secrets Manager', () =>
    Promise.all([
      readVersion(client, secretArn, 'AWSCURRENT'),
      readVersion(client, secretArn, 'AWSPREVIOUS').catch(absent),
    ]),
  );
  return previous === undefined ? [current] : [current, previous];
}

async function readVersion(
  client: SecretsManagerClient,
  SecretId: string,
  VersionStage: 'AWSCURRENT' | 'AWSPREVIOUS',
): Promise<SealSecretVersion> {
  const answer = await client.send(new GetSecretValueCommand({ SecretId, VersionStage }));
  const { VersionId: id = '', SecretString: value = '', CreatedDate: created } = answer;
  if (value.length < shortest || id === '' || created === undefined) {
    throw new Error(`${SecretId} is too short for a seal`);
  }
  return { id, secret: new Secret(value), createdAt: instant(Math.floor(created.getTime() / 1000)) };
}

/** Before the first rotation there is one version. */
function absent(error: unknown): undefined {
  if (!(error instanceof ResourceNotFoundException)) throw error;
}
