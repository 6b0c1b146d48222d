import {
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { DeliveredTokens, SecretFault } from '../../ports/delivered-tokens.ts';
import { instant } from '../../runtime/clock.ts';
import { sha256 } from '../../runtime/digest.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { calling } from '../aws.ts';

/** What a version bears that nobody reads yet: no AWSPENDING, which is that of rotations. */
const pending = 'VESTIBULE_PENDING';
/** How the names of our versions begin; those that Secrets Manager makes are UUIDs. */
const ours = 'vestibule-';

const faults: Readonly<Record<string, SecretFault['reason']>> = {
  ResourceNotFoundException: 'secret_gone',
  AccessDeniedException: 'secret_denied',
  LimitExceededException: 'secret_full',
  // Marked for deletion, or a replica.
  InvalidRequestException: 'secret_not_usable',
  // Its key is disabled, or not ours to use.
  EncryptionFailure: 'secret_not_usable',
  DecryptionFailure: 'secret_not_usable',
};

/** The version that is moved to `AWSCURRENT` was written before that, under a stage of its own. */
export function secretsManagerDeliveredTokens({
  client,
}: {
  readonly client: SecretsManagerClient;
}): DeliveredTokens {
  return {
    current: (SecretId) =>
      asking(async () => {
        // The versions that bear a stage, three at most.
        const { Versions: versions = [] } = await client.send(new ListSecretVersionIdsCommand({ SecretId }));
        const current = versions.find(({ VersionStages: stages = [] }) => stages.includes('AWSCURRENT'));
        const { VersionId: version, CreatedDate: created } = current ?? {};
        if (version === undefined || created === undefined) return undefined;
        const at = instant(Math.floor(created.getTime() / 1_000));
        return { version, at, delivered: version.startsWith(ours) };
      }),
    put: (SecretId, attempt, text) =>
      asking(async () => {
        const ClientRequestToken = `${ours}${sha256(`task|${attempt}`)}`;
        const [SecretString, VersionStages] = [text.reveal(), [pending]];
        await client.send(
          new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken, VersionStages }),
        );
        return ClientRequestToken;
      }),
    promote: (SecretId, { from, to }) =>
      asking(async () => {
        const moved = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: to };
        await client.send(
          new UpdateSecretVersionStageCommand({ ...moved, ...(from && { RemoveFromVersionId: from }) }),
        );
        return true as const;
      }),
  };
}

/** A refusal that asking again does not change is an answer. */
function asking<Answer>(call: () => Promise<Answer>): Promise<Result<Answer, SecretFault>> {
  return calling('Secrets Manager', async () => {
    try {
      return ok(await call());
    } catch (error) {
      const reason = error instanceof Error ? faults[error.name] : undefined;
      if (reason === undefined) throw error;
      return refuse({ reason });
    }
  });
}
