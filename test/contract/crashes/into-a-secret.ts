import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { secretsManagerDeliveredTokens } from '../../../lambdas/adapters/secrets-manager/delivered-tokens.ts';
import type { StoredTask } from '../../../lambdas/ports/tasks.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type { ResourceUri } from '../../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import { ok } from '../../../lambdas/runtime/result.ts';
import type { DeliveryPorts } from '../../../lambdas/tasks/deliver.ts';
import { look } from '../../../lambdas/tasks/look.ts';
import type { RefreshPorts } from '../../../lambdas/tasks/ports.ts';
import type { Account } from '../../property/world-of-deliveries.ts';
import { opened, stored, type World } from '../../property/world-of-tasks.ts';
import { openedAt } from '../../unit/tasks/a-task.ts';
import type { Flow } from './flows.ts';

/** The next token is due then, and the renewal too. */
const nextSeconds = 700;
const pauseSeconds = 600;

/** The second token of a task goes into its secret; `goesOn` says what else has to be so. */
export function intoASecret(account: Account, goesOn: Flow['judge']): Flow {
  return {
    name: 'the next token of a task is put into its secret',
    more: (world, secrets) => ({ delivery: intoSecrets(world, account, secrets(account.another())) }),
    begin: (ports, world) => withFirstToken(world, ports, account),
    act: lookForNext,
    judge: async (world, ports, task) =>
      (await goesOn(world, ports, task)) ??
      isDelivered(world, task, await stored(ports, task.terms.id), account),
  };
}

/** Deliveries into the secrets of an account, which goes by the time of the world. */
function intoSecrets(world: World, account: Account, client: SecretsManagerClient): DeliveryPorts {
  return {
    secrets: secretsManagerDeliveredTokens({ client }),
    plan: (task, _, { now }) => {
      account.advance(world.now - account.seconds());
      const expiresAt = instant(Math.min(after(now, 900), task.goodUntil));
      const token = {
        text: `token-${systemRandom(16)}`,
        jti: systemRandom(16),
        scope: 'tools:read',
        expiresAt,
      };
      return Promise.resolve(ok(() => Promise.resolve(ok(token))));
    },
    works: () => Promise.resolve(true),
  };
}

/** A task whose first token is in its secret. */
async function withFirstToken(world: World, ports: RefreshPorts, account: Account): Promise<StoredTask> {
  const { ARN: secretArn = '' } = await account.client.send(
    new CreateSecretCommand({ Name: `vestibule/tasks/${randomUUID()}`, SecretString: 'nothing yet' }),
  );
  const delivery = { kind: 'secret', secretArn, resource: 'https://mcp.example.com' as ResourceUri } as const;
  const { terms } = await opened(ports, { terms: { delivery }, dueAt: openedAt });
  world.now = openedAt;
  await look(ports, { id: terms.id, dueAt: openedAt }, randomUUID());
  return stored(ports, terms.id);
}

async function lookForNext(world: World, ports: RefreshPorts, { terms: { id }, dueAt }: StoredTask) {
  if (dueAt === undefined) throw new Error('nothing is due of it');
  world.now = after(openedAt, nextSeconds);
  return look(ports, { id, dueAt }, randomUUID());
}

/** What is read is what is written down and was told last, it is another than before, and no version was written too soon. */
async function isDelivered(
  world: World,
  task: StoredTask,
  { delivered }: StoredTask,
  { client }: Account,
): Promise<string | undefined> {
  const { delivery, id } = task.terms;
  if (delivery.kind !== 'secret') return 'it has no secret';
  if (delivered === undefined || delivered.version === task.delivered?.version) return 'it has no new token';
  const read = await client.send(new GetSecretValueCommand({ SecretId: delivery.secretArn }));
  if (read.VersionId !== delivered.version) return 'what is read is not what is written down';
  const { expires_at: end } = JSON.parse(read.SecretString ?? '') as { readonly expires_at: number };
  if (end !== delivered.expiresAt || end <= world.now) return 'what is read has expired';
  const told = world.told.findLast((each) => each.event === 'TaskTokenRefreshed' && each.taskId === id);
  const version = told?.event === 'TaskTokenRefreshed' ? told.secretVersion : undefined;
  return version === delivered.version ? areApart(delivery.secretArn, client) : 'another was told last';
}

async function areApart(SecretId: string, client: SecretsManagerClient): Promise<string | undefined> {
  const all = await client.send(new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true }));
  const ours = (all.Versions ?? []).filter(({ VersionId: name = '' }) => name.startsWith('vestibule-'));
  const at = ours.map(({ CreatedDate: created }) => Number(created)).toSorted((one, other) => one - other);
  const isTooSoon = at.some((each, index) => each - (at[index - 1] ?? 0) < 1_000 * pauseSeconds);
  return isTooSoon ? `${at.length} versions were written too soon` : undefined;
}
