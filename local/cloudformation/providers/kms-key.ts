import {
  CreateKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyRotationCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
  type CreateKeyCommandInput,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { flagProperty, numberProperty, optionalText, tagsProperty } from '../properties.ts';
import type { Provider, PropertyEffect } from '../provider.ts';
import type { JsonObject } from '../template.ts';
import type { Environment } from '../values.ts';

const properties: Readonly<Record<string, PropertyEffect>> = {
  KeySpec: 'replacement',
  KeyUsage: 'replacement',
  Description: 'update',
  EnableKeyRotation: 'update',
  Tags: 'update',
  BypassPolicyLockoutSafetyCheck: 'nothing',
  Enabled: 'nothing',
  KeyPolicy: 'nothing',
  PendingWindowInDays: 'nothing',
  RotationPeriodInDays: 'nothing',
};

/** `AWS::KMS::Key`. */
export function kmsKey(client: KMSClient, environment: Environment): Provider {
  return {
    properties,
    transient: false,
    create: async ({ properties: wanted }) => {
      const { KeyMetadata: metadata } = await client.send(
        new CreateKeyCommand({
          KeySpec: optionalText(wanted, 'KeySpec') ?? 'SYMMETRIC_DEFAULT',
          KeyUsage: optionalText(wanted, 'KeyUsage') ?? 'ENCRYPT_DECRYPT',
          Description: optionalText(wanted, 'Description') ?? '',
          Tags: kmsTags(wanted),
        } as CreateKeyCommandInput),
      );
      const KeyId = metadata?.KeyId ?? '';
      if (flagProperty(wanted, 'EnableKeyRotation'))
        await client.send(new EnableKeyRotationCommand({ KeyId }));
      const arn = `arn:aws:kms:${environment.region}:${environment.account}:key/${KeyId}`;
      return { physicalId: KeyId, attributes: { Arn: metadata?.Arn ?? arn, KeyId } };
    },
    update: async ({ properties: wanted }, before) => {
      const KeyId = before.physicalId;
      const Description = optionalText(wanted, 'Description') ?? '';
      if (Description !== (optionalText(before.properties, 'Description') ?? '')) {
        await client.send(new UpdateKeyDescriptionCommand({ KeyId, Description }));
      }
      await updateRotation(client, KeyId, before.properties, wanted);
      await updateTags(client, KeyId, before.properties, wanted);
      return before;
    },
    delete: async ({ physicalId, properties: last }) => {
      const PendingWindowInDays = numberProperty(last, 'PendingWindowInDays', 30);
      try {
        await client.send(new ScheduleKeyDeletionCommand({ KeyId: physicalId, PendingWindowInDays }));
      } catch (error) {
        const isGone = error instanceof Error && /^(NotFound|KMSInvalidState)Exception$/.test(error.name);
        if (!isGone) throw error;
      }
    },
  };
}

async function updateRotation(
  client: KMSClient,
  KeyId: string,
  from: JsonObject,
  to: JsonObject,
): Promise<void> {
  const [was, wanted] = [flagProperty(from, 'EnableKeyRotation'), flagProperty(to, 'EnableKeyRotation')];
  if (!was && wanted) await client.send(new EnableKeyRotationCommand({ KeyId }));
  if (was && !wanted) await client.send(new DisableKeyRotationCommand({ KeyId }));
}

async function updateTags(client: KMSClient, KeyId: string, from: JsonObject, to: JsonObject): Promise<void> {
  const wanted = kmsTags(to);
  const gone = kmsTags(from)
    .map(({ TagKey }) => TagKey)
    .filter((key) => !wanted.some(({ TagKey }) => TagKey === key));
  if (gone.length > 0) await client.send(new UntagResourceCommand({ KeyId, TagKeys: gone }));
  if (wanted.length > 0) await client.send(new TagResourceCommand({ KeyId, Tags: wanted }));
}

function kmsTags(from: JsonObject): { readonly TagKey: string; readonly TagValue: string }[] {
  return tagsProperty(from).map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));
}
