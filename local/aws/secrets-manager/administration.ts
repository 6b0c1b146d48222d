import * as v from 'valibot';
import { AwsError, type Operation, operation } from '../service.ts';
import { putVersion, type SecretRecord, type SecretStore } from './secret-store.ts';
import { named } from './values.ts';

const tags = v.array(v.object({ Key: v.string(), Value: v.string() }));
const nameRule =
  'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!';
const content = {
  Description: v.optional(v.string()),
  KmsKeyId: v.optional(v.string()),
  SecretString: v.optional(v.string()),
  SecretBinary: v.optional(v.string()),
  ClientRequestToken: v.optional(v.pipe(v.string(), v.minLength(32), v.maxLength(64))),
};
const createInput = v.object({ Name: v.string(), Tags: v.optional(tags, []), ...content });
const updateInput = v.object({ SecretId: v.string(), ...content });

export function administrationOperations(secrets: SecretStore): Record<string, Operation> {
  return { ...changes(secrets), ...deletion(secrets), ...listing(secrets), ...tagging(secrets) };
}

function changes(secrets: SecretStore): Record<string, Operation> {
  return {
    CreateSecret: operation(createInput, async (input) => {
      if (!/^[\w/+=.@!-]{1,512}$/.test(input.Name)) throw new AwsError('ValidationException', nameRule);
      const again = secrets
        .all()
        .find(({ name, versions }) => name === input.Name && holdsToken(versions, input));
      const secret = again ?? secrets.create(input.Name);
      if (again === undefined) secret.tags = tagMap(input.Tags);
      return applied(secrets, secret, input);
    }),
    UpdateSecret: operation(updateInput, (input) => applied(secrets, secrets.live(input.SecretId), input)),
  };
}

/** The SDK sends the same token when it tries again: the secret it made the first time is the answer. */
function holdsToken(
  versions: SecretRecord['versions'],
  input: { ClientRequestToken?: string | undefined },
): boolean {
  return input.ClientRequestToken !== undefined && Object.hasOwn(versions, input.ClientRequestToken);
}

type Content = Omit<v.InferOutput<typeof updateInput>, 'SecretId'>;

async function applied(secrets: SecretStore, secret: SecretRecord, input: Content): Promise<object> {
  if (input.Description !== undefined) secret.description = input.Description;
  if (input.KmsKeyId !== undefined) secret.keyId = input.KmsKeyId;
  const hasValue = input.SecretString !== undefined || input.SecretBinary !== undefined;
  const VersionId = hasValue ? putVersion(secret, input, ['AWSCURRENT'], secrets.now()) : undefined;
  await secrets.commit();
  return { ...named(secret), VersionId };
}

function deletion(secrets: SecretStore): Record<string, Operation> {
  return {
    DeleteSecret: operation(
      v.object({
        SecretId: v.string(),
        ForceDeleteWithoutRecovery: v.optional(v.boolean(), false),
        RecoveryWindowInDays: v.optional(v.pipe(v.number(), v.minValue(7), v.maxValue(30))),
      }),
      async ({ SecretId, ForceDeleteWithoutRecovery, RecoveryWindowInDays }) => {
        const secret = secrets.find(SecretId);
        if (ForceDeleteWithoutRecovery && RecoveryWindowInDays !== undefined) {
          const problem =
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.";
          throw new AwsError('InvalidParameterException', problem);
        }
        const now = secrets.now();
        if (ForceDeleteWithoutRecovery) secrets.remove(secret);
        secret.deletedAt ??= now;
        secret.purgeAt ??= now + (RecoveryWindowInDays ?? 30) * 86_400;
        await secrets.commit();
        return { ...named(secret), DeletionDate: ForceDeleteWithoutRecovery ? now : secret.purgeAt };
      },
    ),
    RestoreSecret: operation(v.object({ SecretId: v.string() }), async ({ SecretId }) => {
      const secret = secrets.find(SecretId);
      delete secret.deletedAt;
      delete secret.purgeAt;
      await secrets.commit();
      return named(secret);
    }),
  };
}

function listing(secrets: SecretStore): Record<string, Operation> {
  return {
    DescribeSecret: operation(v.object({ SecretId: v.string() }), ({ SecretId }) => {
      const secret = secrets.find(SecretId);
      return { ...described(secret), VersionIdsToStages: stagesOf(secret) };
    }),
    ListSecrets: operation(
      v.object({
        MaxResults: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(100)), 100),
        NextToken: v.optional(v.string(), '0'),
        IncludePlannedDeletion: v.optional(v.boolean(), false),
      }),
      ({ MaxResults, NextToken, IncludePlannedDeletion }) => {
        const listed = secrets
          .all()
          .filter(({ deletedAt }) => IncludePlannedDeletion || deletedAt === undefined);
        const end = Number(NextToken) + MaxResults;
        const page = listed.slice(Number(NextToken), end);
        return {
          SecretList: page.map((secret) => ({
            ...described(secret),
            SecretVersionsToStages: stagesOf(secret),
          })),
          NextToken: listed.length > end ? String(end) : undefined,
        };
      },
    ),
  };
}

function described(secret: SecretRecord): object {
  return {
    ...named(secret),
    Description: secret.description,
    KmsKeyId: secret.keyId,
    CreatedDate: secret.createdAt,
    LastChangedDate: secret.changedAt,
    DeletedDate: secret.deletedAt,
    Tags: Object.entries(secret.tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

function stagesOf(secret: SecretRecord): Record<string, readonly string[]> {
  const staged = Object.entries(secret.versions).filter(([, { stages }]) => stages.length > 0);
  return Object.fromEntries(staged.map(([id, { stages }]) => [id, stages]));
}

function tagging(secrets: SecretStore): Record<string, Operation> {
  return {
    TagResource: operation(v.object({ SecretId: v.string(), Tags: tags }), async ({ SecretId, Tags }) => {
      const secret = secrets.live(SecretId);
      secret.tags = { ...secret.tags, ...tagMap(Tags) };
      await secrets.commit();
    }),
    UntagResource: operation(
      v.object({ SecretId: v.string(), TagKeys: v.array(v.string()) }),
      async ({ SecretId, TagKeys }) => {
        const secret = secrets.live(SecretId);
        secret.tags = Object.fromEntries(
          Object.entries(secret.tags).filter(([name]) => !TagKeys.includes(name)),
        );
        await secrets.commit();
      },
    ),
  };
}

function tagMap(list: v.InferOutput<typeof tags>): Record<string, string> {
  return Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
}
