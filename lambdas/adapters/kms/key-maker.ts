import {
  CreateKeyCommand,
  type KMSClient,
  KMSInvalidStateException,
  KMSServiceException,
  NotFoundException,
  paginateListKeys,
  paginateListResourceTags,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import type { MadeKey, PublicKeys, SigningKeyMaker } from '../../ports/signing.ts';
import { keyThumbprint } from '../../registry/key-thumbprint.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { calling } from '../aws.ts';
import { kmsPublicKeys } from './public-keys.ts';

/** Tags of a signing key: whose it is, which lets that deployment sign with it, and in which rotation it was made. */
const tagOf = { deployment: 'vestibule:signing', intent: 'vestibule:intent' } as const;

export interface KmsKeyMakerOptions {
  readonly client: KMSClient;
  /** Sends `CreateKey`. It must try once: KMS makes another key for each request that arrives. */
  readonly creatingClient: KMSClient;
  readonly deployment: string;
  /** 7 to 30: how long KMS keeps a key that is to be deleted, so that a mistake can be undone. */
  readonly deletionDays: number;
}

/** RSA keys in KMS, for RS256. The private half is made there and never leaves. */
export function kmsKeyMaker(options: KmsKeyMakerOptions): SigningKeyMaker {
  const { client, deletionDays } = options;
  const publicKeys = kmsPublicKeys({ client });
  return {
    make: async (intent, { firstTime } = { firstTime: false }) => {
      const found = firstTime ? undefined : await madeBefore(options, publicKeys, intent);
      if (found !== undefined) return found;
      const keyArn = await calling('KMS', () => createKey(options, intent));
      return madeKey(publicKeys, keyArn);
    },
    destroy: async ({ custody }) => {
      if (custody.kind !== 'kms') throw new Error('the key is not in KMS');
      const command = new ScheduleKeyDeletionCommand({
        KeyId: custody.keyArn,
        PendingWindowInDays: deletionDays,
      });
      await calling('KMS', async () => {
        try {
          await client.send(command);
        } catch (error) {
          if (!isEnded(error)) throw error;
        }
      });
    },
  };
}

async function createKey(
  { creatingClient, deployment }: KmsKeyMakerOptions,
  intent: string,
): Promise<string> {
  const { KeyMetadata } = await creatingClient.send(
    new CreateKeyCommand({
      Description: `${deployment}: signs access tokens`,
      KeySpec: 'RSA_2048',
      KeyUsage: 'SIGN_VERIFY',
      Tags: [
        { TagKey: tagOf.deployment, TagValue: deployment },
        { TagKey: tagOf.intent, TagValue: intent },
      ],
    }),
  );
  if (KeyMetadata?.Arn === undefined) throw new Error('KMS made a key without an ARN');
  return KeyMetadata.Arn;
}

async function madeKey(publicKeys: PublicKeys, keyArn: string): Promise<MadeKey> {
  const publicJwk = await publicKeys.publicJwk(keyArn);
  return {
    ...{ kid: keyThumbprint(publicJwk), custody: { kind: 'kms', keyArn } },
    ...{ algorithm: 'RS256', publicJwk },
  };
}

/** The key that an interrupted attempt made and told nobody of. KMS finds no key by its tags: all are looked at. */
async function madeBefore(
  { client, deployment }: KmsKeyMakerOptions,
  publicKeys: PublicKeys,
  intent: string,
): Promise<MadeKey | undefined> {
  const arns = await calling('KMS', () => allKeys(client));
  for (const keyArn of arns) {
    const tags = await calling('KMS', () => tagsOf(client, keyArn));
    if (tags.get(tagOf.deployment) !== deployment || tags.get(tagOf.intent) !== intent) continue;
    try {
      return await madeKey(publicKeys, keyArn);
    } catch (error) {
      // Made and ended by an earlier attempt to remove it.
      if (!(error instanceof DependencyUnavailable && isEnded(error.cause))) throw error;
    }
  }
  return undefined;
}

async function allKeys(client: KMSClient): Promise<readonly string[]> {
  const arns: string[] = [];
  for await (const { Keys = [] } of paginateListKeys({ client, pageSize: 1_000 }, {})) {
    arns.push(...Keys.flatMap(({ KeyArn }) => KeyArn ?? []));
  }
  return arns;
}

async function tagsOf(client: KMSClient, keyArn: string): Promise<ReadonlyMap<string, string>> {
  const tags = new Map<string, string>();
  try {
    for await (const { Tags = [] } of paginateListResourceTags({ client }, { KeyId: keyArn })) {
      for (const { TagKey = '', TagValue = '' } of Tags) tags.set(TagKey, TagValue);
    }
  } catch (error) {
    // A key whose own policy keeps us out is not ours, nor is one that was deleted since the listing.
    const isForeign = error instanceof KMSServiceException && error.name === 'AccessDeniedException';
    if (!isForeign && !(error instanceof NotFoundException)) throw error;
  }
  return tags;
}

/** Deleted, or about to be. */
function isEnded(error: unknown): boolean {
  return error instanceof NotFoundException || error instanceof KMSInvalidStateException;
}
