import * as v from 'valibot';
import { AwsError, type Operation, operation } from '../service.ts';
import {
  moveStage,
  putVersion,
  refuseWrongSource,
  type SecretRecord,
  type SecretStore,
  versionAt,
} from './secret-store.ts';

const value = {
  SecretString: v.optional(v.string()),
  SecretBinary: v.optional(v.string()),
  ClientRequestToken: v.optional(v.pipe(v.string(), v.minLength(32), v.maxLength(64))),
};
const current = ['AWSCURRENT'];

const getInput = v.object({
  SecretId: v.string(),
  VersionId: v.optional(v.string()),
  VersionStage: v.optional(v.string()),
});

export function valueOperations(secrets: SecretStore): Record<string, Operation> {
  return {
    GetSecretValue: operation(getInput, (input) => secretValue(secrets.live(input.SecretId), input)),
    PutSecretValue: operation(
      v.object({ SecretId: v.string(), VersionStages: v.optional(v.array(v.string()), current), ...value }),
      async (input) => {
        const secret = secrets.live(input.SecretId);
        const id = putVersion(secret, input, input.VersionStages, secrets.now());
        await secrets.commit();
        return { ...named(secret), VersionId: id, VersionStages: secret.versions[id]?.stages };
      },
    ),
    UpdateSecretVersionStage: operation(
      v.object({
        SecretId: v.string(),
        VersionStage: v.string(),
        MoveToVersionId: v.optional(v.string()),
        RemoveFromVersionId: v.optional(v.string()),
      }),
      async (input) => {
        const secret = secrets.live(input.SecretId);
        refuseWrongSource(secret, input.VersionStage, input.RemoveFromVersionId);
        moveStage(secret, input.VersionStage, input.MoveToVersionId);
        await secrets.commit();
        return named(secret);
      },
    ),
    ListSecretVersionIds: operation(
      v.object({ SecretId: v.string(), IncludeDeprecated: v.optional(v.boolean(), false) }),
      ({ SecretId, IncludeDeprecated }) => {
        const secret = secrets.find(SecretId);
        const versions = Object.entries(secret.versions).map(([VersionId, version]) => ({
          VersionId,
          VersionStages: version.stages,
          CreatedDate: version.createdAt,
        }));
        const listed = versions.filter(({ VersionStages }) => IncludeDeprecated || VersionStages.length > 0);
        return { ...named(secret), Versions: listed };
      },
    ),
  };
}

function secretValue(
  secret: SecretRecord,
  { VersionId, VersionStage }: v.InferOutput<typeof getInput>,
): object {
  const stage = VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : undefined);
  const id = VersionId ?? versionAt(secret, stage ?? '');
  const version = id === undefined ? undefined : secret.versions[id];
  if (version === undefined || (stage !== undefined && !version.stages.includes(stage))) {
    const asked = VersionId === undefined ? `staging label: ${stage ?? ''}` : `VersionId: ${VersionId}`;
    throw new AwsError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${asked}`,
    );
  }
  return {
    ...named(secret),
    VersionId: id,
    SecretString: version.text,
    SecretBinary: version.binary,
    VersionStages: version.stages,
    CreatedDate: version.createdAt,
  };
}

export function named({ arn, name }: SecretRecord): { ARN: string; Name: string } {
  return { ARN: arn, Name: name };
}
