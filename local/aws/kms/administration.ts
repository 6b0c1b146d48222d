import * as v from 'valibot';
import { compileResourcePolicy } from '../../iam/statement.ts';
import { AwsError, type Operation, operation } from '../service.ts';
import { algorithmsOf } from './key-specs.ts';
import { type KeyRecord, type KeyStore, newGeneration } from './key-store.ts';

const byKey = v.object({ KeyId: v.string() });
const tag = v.object({ TagKey: v.string(), TagValue: v.string() });
const usage = v.picklist(['SIGN_VERIFY', 'ENCRYPT_DECRYPT', 'GENERATE_VERIFY_MAC']);

export function administrationOperations(keys: KeyStore): Record<string, Operation> {
  return { ...creation(keys), ...lifeCycle(keys), ...rotation(keys), ...tagging(keys), ...policies(keys) };
}

function creation(keys: KeyStore): Record<string, Operation> {
  return {
    CreateKey: operation(
      v.object({
        KeySpec: v.optional(v.string(), 'SYMMETRIC_DEFAULT'),
        KeyUsage: v.optional(usage),
        Description: v.optional(v.string(), ''),
        Tags: v.optional(v.array(tag), []),
        Policy: v.optional(v.string()),
      }),
      async ({ KeySpec, KeyUsage, Description, Tags, Policy }) => {
        if (KeyUsage === undefined && KeySpec !== 'SYMMETRIC_DEFAULT') {
          const problem =
            'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.';
          throw new AwsError('ValidationException', problem);
        }
        if (Policy !== undefined) checkPolicy(Policy);
        const key = await keys.create({
          spec: KeySpec,
          usage: KeyUsage ?? 'ENCRYPT_DECRYPT',
          description: Description,
          tags: Object.fromEntries(Tags.map(({ TagKey, TagValue }) => [TagKey, TagValue])),
          ...(Policy === undefined ? {} : { policy: Policy }),
        });
        await keys.commit();
        return { KeyMetadata: metadata(key) };
      },
    ),
    DescribeKey: operation(byKey, ({ KeyId }) => ({ KeyMetadata: metadata(keys.find(KeyId)) })),
    ListKeys: operation(
      v.object({
        Limit: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(1_000)), 100),
        Marker: v.optional(v.string()),
      }),
      ({ Limit, Marker }) => listed(keys, Limit, Marker),
    ),
    UpdateKeyDescription: operation(
      v.object({ KeyId: v.string(), Description: v.string() }),
      async ({ KeyId, Description }) => {
        keys.find(KeyId).description = Description;
        await keys.commit();
      },
    ),
  };
}

/** One page of the keys; the marker is the id of the first key of the next. */
function listed(keys: KeyStore, limit: number, marker: string | undefined): object {
  const all = Object.values(keys.state.keys).filter(
    ({ deletionDate }) => deletionDate === undefined || keys.now() < deletionDate,
  );
  const start = marker === undefined ? 0 : all.findIndex(({ id }) => id === marker);
  if (start < 0) throw new AwsError('InvalidMarkerException', 'The marker is not one that a listing gave.');
  const next = all[start + limit];
  return {
    Keys: all.slice(start, start + limit).map(({ id, arn }) => ({ KeyId: id, KeyArn: arn })),
    Truncated: next !== undefined,
    ...(next !== undefined && { NextMarker: next.id }),
  };
}

function metadata(key: KeyRecord): object {
  const algorithms = algorithmsOf(key.spec, key.usage);
  const named = {
    SIGN_VERIFY: { SigningAlgorithms: algorithms },
    ENCRYPT_DECRYPT: { EncryptionAlgorithms: algorithms },
    GENERATE_VERIFY_MAC: { MacAlgorithms: algorithms },
  };
  return {
    AWSAccountId: key.arn.split(':')[4],
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: key.createdAt,
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: key.state,
    DeletionDate: key.deletionDate,
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
    KeySpec: key.spec,
    CustomerMasterKeySpec: key.spec,
    MultiRegion: false,
    ...named[key.usage],
  };
}

function lifeCycle(keys: KeyStore): Record<string, Operation> {
  const moveTo = (state: 'Enabled' | 'Disabled'): Operation =>
    operation(byKey, async ({ KeyId }) => {
      const key = keys.find(KeyId);
      refusePendingDeletion(key);
      key.state = state;
      await keys.commit();
    });
  return {
    EnableKey: moveTo('Enabled'),
    DisableKey: moveTo('Disabled'),
    ScheduleKeyDeletion: operation(
      v.object({
        KeyId: v.string(),
        PendingWindowInDays: v.optional(v.pipe(v.number(), v.minValue(7), v.maxValue(30)), 30),
      }),
      async ({ KeyId, PendingWindowInDays }) => {
        const key = keys.find(KeyId);
        refusePendingDeletion(key);
        key.state = 'PendingDeletion';
        key.deletionDate = keys.now() + PendingWindowInDays * 86_400;
        await keys.commit();
        return { KeyId: key.arn, DeletionDate: key.deletionDate, KeyState: key.state, PendingWindowInDays };
      },
    ),
    CancelKeyDeletion: operation(byKey, async ({ KeyId }) => {
      const key = keys.find(KeyId);
      if (key.state !== 'PendingDeletion') {
        throw new AwsError('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
      }
      key.state = 'Disabled';
      delete key.deletionDate;
      await keys.commit();
      return { KeyId: key.arn };
    }),
  };
}

function refusePendingDeletion(key: KeyRecord): void {
  if (key.state !== 'PendingDeletion') return;
  throw new AwsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
}

function rotation(keys: KeyStore): Record<string, Operation> {
  const symmetric = (KeyId: string): KeyRecord => {
    const key = keys.find(KeyId);
    if (key.spec !== 'SYMMETRIC_DEFAULT') {
      throw new AwsError('UnsupportedOperationException', `${key.arn} is not a symmetric encryption key.`);
    }
    return key;
  };
  const rotate = (rotates: boolean): Operation =>
    operation(byKey, async ({ KeyId }) => {
      symmetric(KeyId).rotates = rotates;
      await keys.commit();
    });
  return {
    EnableKeyRotation: rotate(true),
    DisableKeyRotation: rotate(false),
    GetKeyRotationStatus: operation(byKey, ({ KeyId }) => {
      const key = keys.find(KeyId);
      const period = key.rotates ? { RotationPeriodInDays: 365 } : {};
      return { KeyId: key.arn, KeyRotationEnabled: key.rotates, ...period };
    }),
    RotateKeyOnDemand: operation(byKey, async ({ KeyId }) => {
      const key = symmetric(KeyId);
      key.generations.push(newGeneration());
      await keys.commit();
      return { KeyId: key.arn };
    }),
  };
}

function tagging(keys: KeyStore): Record<string, Operation> {
  return {
    TagResource: operation(v.object({ KeyId: v.string(), Tags: v.array(tag) }), async ({ KeyId, Tags }) => {
      const key = keys.find(KeyId);
      key.tags = {
        ...key.tags,
        ...Object.fromEntries(Tags.map(({ TagKey, TagValue }) => [TagKey, TagValue])),
      };
      await keys.commit();
    }),
    UntagResource: operation(
      v.object({ KeyId: v.string(), TagKeys: v.array(v.string()) }),
      async ({ KeyId, TagKeys }) => {
        const key = keys.find(KeyId);
        key.tags = Object.fromEntries(Object.entries(key.tags).filter(([name]) => !TagKeys.includes(name)));
        await keys.commit();
      },
    ),
    ListResourceTags: operation(byKey, ({ KeyId }) => ({
      Tags: Object.entries(keys.find(KeyId).tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
      Truncated: false,
    })),
  };
}

function policies(keys: KeyStore): Record<string, Operation> {
  return {
    GetKeyPolicy: operation(byKey, ({ KeyId }) => ({
      Policy: keys.find(KeyId).policy ?? JSON.stringify({ Version: '2012-10-17', Statement: [] }),
      PolicyName: 'default',
    })),
    PutKeyPolicy: operation(
      v.object({ KeyId: v.string(), Policy: v.string() }),
      async ({ KeyId, Policy }) => {
        const key = keys.find(KeyId);
        checkPolicy(Policy);
        key.policy = Policy;
        await keys.commit();
      },
    ),
  };
}

function checkPolicy(text: string): void {
  try {
    compileResourcePolicy(JSON.parse(text) as { Statement: unknown });
  } catch (error) {
    throw new AwsError('MalformedPolicyDocumentException', error instanceof Error ? error.message : text);
  }
}
