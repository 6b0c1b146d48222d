import {
  InvalidParameterException,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  type SecretVersionsListEntry,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { DeliveredTokens, DeliveredVersion, SecretFault } from '../../ports/delivered-tokens.ts';
import { instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { calling } from '../aws.ts';
import { readVersionName, versionName } from './version-name.ts';

/** What a version bears that nobody reads yet: no AWSPENDING, which is that of rotations. */
const pending = 'VESTIBULE_PENDING';

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
  // The versions that bear a stage: what is current, what was, and what waits.
  const staged = async (SecretId: string): Promise<readonly SecretVersionsListEntry[]> =>
    (await client.send(new ListSecretVersionIdsCommand({ SecretId }))).Versions ?? [];
  return {
    find: (secretArn) =>
      asking(async () => {
        const versions = await staged(secretArn);
        return { current: currentOf(versions), last: versions.flatMap(deliveredVersion).toSorted(later)[0] };
      }),
    put: (SecretId, token, text) =>
      asking(async () => {
        const ClientRequestToken = versionName(token);
        const [SecretString, VersionStages] = [text.reveal(), [pending]];
        const { VersionStages: stages = [] } = await client.send(
          new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken, VersionStages }),
        );
        return { version: ClientRequestToken, isCurrent: stages.includes('AWSCURRENT') };
      }),
    promote: (SecretId, { from, to }) =>
      asking(async () => {
        const moved = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: to };
        try {
          await client.send(
            new UpdateSecretVersionStageCommand({ ...moved, ...(from && { RemoveFromVersionId: from }) }),
          );
        } catch (error) {
          // The stage has left that version: for this one, where a reply was lost.
          if (!(error instanceof InvalidParameterException)) throw error;
          if (currentOf(await staged(SecretId)) !== to) throw error;
        }
        return true as const;
      }),
  };
}

function currentOf(versions: readonly SecretVersionsListEntry[]): string | undefined {
  return versions.find(({ VersionStages: stages = [] }) => stages.includes('AWSCURRENT'))?.VersionId;
}

function deliveredVersion({
  VersionId: version,
  CreatedDate: created,
}: SecretVersionsListEntry): readonly DeliveredVersion[] {
  const token = version === undefined ? undefined : readVersionName(version);
  if (version === undefined || created === undefined || token === undefined) return [];
  return [{ ...token, version, at: instant(Math.floor(created.getTime() / 1_000)) }];
}

/** Of two in the same second it is the one that lives longer. */
function later(one: DeliveredVersion, other: DeliveredVersion): number {
  return other.at - one.at || other.expiresAt - one.expiresAt;
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
