import { randomBytes } from 'node:crypto';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { clientDefaults } from '../../lambdas/adapters/aws.ts';
import { secretsManagerDeliveredTokens } from '../../lambdas/adapters/secrets-manager/delivered-tokens.ts';
import type { StoredTask } from '../../lambdas/ports/tasks.ts';
import { after, instant } from '../../lambdas/runtime/clock.ts';
import type { ResourceUri } from '../../lambdas/runtime/identifiers.ts';
import { ok } from '../../lambdas/runtime/result.ts';
import type { DeliveryPorts } from '../../lambdas/tasks/deliver.ts';
import { look, type Looked } from '../../lambdas/tasks/look.ts';
import type { RefreshPorts } from '../../lambdas/tasks/ports.ts';
import { startCloud } from '../../local/aws/cloud.ts';
import { createFaultPlan, type FaultPlan } from '../../local/aws/faults.ts';
import { createVirtualClock } from '../../local/clock.ts';
import type { TestTables } from '../support/dynamodb.ts';
import { aRefresher, aWorld, opened, stored, type World } from './world-of-tasks.ts';

export const resource = 'https://mcp.example.com/mcp' as ResourceUri;

/** An account with secrets, of which everything that is asked takes effect at its own time. */
export interface Account {
  readonly client: SecretsManagerClient;
  /** A client of its own, for whoever changes it. */
  readonly another: () => SecretsManagerClient;
  readonly faults: FaultPlan;
  /** Seconds since 1970, by the clock of AWS. */
  readonly seconds: () => number;
  readonly advance: (seconds: number) => void;
  readonly stop: () => Promise<void>;
}

export async function startAccount(): Promise<Account> {
  const [clock, faults] = [createVirtualClock(), createFaultPlan()];
  const place = { region: 'us-east-1', account: '000000000000' };
  const cloud = await startCloud({ ...place, clock, faults });
  const clients: SecretsManagerClient[] = [];
  const another = (): SecretsManagerClient => {
    const of = { endpoint: cloud.endpoint, region: place.region, credentials: cloud.root };
    const made = new SecretsManagerClient({ ...clientDefaults, ...of });
    clients.push(made);
    return made;
  };
  return {
    ...{ client: another(), another, faults },
    seconds: () => clock.now() / 1_000,
    advance: (seconds) => {
      clock.advance(seconds);
    },
    stop: async () => {
      for (const client of clients) client.destroy();
      await cloud.stop();
    },
  };
}

/** One secret, and what comes of the tokens that go into it. */
export interface Vault {
  readonly world: World;
  readonly secretArn: string;
  /** The tokens that were made, in order. */
  readonly made: readonly string[];
  /** Whether the next is one that verifiers take. */
  isGood: boolean;
  readonly delivering: (changes?: Partial<DeliveryPorts>) => RefreshPorts;
  readonly open: (ports: RefreshPorts) => Promise<StoredTask>;
  /** Looks at a task as soon as it is due; the clock of AWS goes along. */
  readonly lookInTime: (ports: RefreshPorts, task: StoredTask) => Promise<Looked>;
  readonly pass: (seconds: number) => void;
  readonly held: () => Promise<unknown>;
  readonly versions: () => Promise<number>;
}

export async function aVault(account: Account, tables: TestTables): Promise<Vault> {
  const { client } = account;
  const [world, made]: [World, string[]] = [aWorld(), []];
  world.now = instant(Math.floor(account.seconds()));
  const Name = `vestibule/tasks/${randomBytes(6).toString('hex')}`;
  const { ARN: secretArn = '' } = await client.send(
    new CreateSecretCommand({ Name, SecretString: 'nothing yet' }),
  );
  const pass = (seconds: number): void => {
    world.now = after(world.now, seconds);
    account.advance(world.now - account.seconds());
  };
  const vault: Vault = {
    ...{ world, secretArn, made, isGood: true, pass },
    delivering: (changes = {}) => {
      const delivery: DeliveryPorts = {
        secrets: secretsManagerDeliveredTokens({ client }),
        plan: (task, _, { now }) =>
          Promise.resolve(ok(() => Promise.resolve(ok(nextToken(made, task, now))))),
        works: (token) => Promise.resolve(vault.isGood && token === made.at(-1)),
        ...changes,
      };
      return { ...aRefresher(world, tables), delivery };
    },
    open: (ports) =>
      opened(ports, {
        ...{ ceiling: after(world.now, 10_800), lastHeartbeatAt: world.now, confirmedAt: world.now },
        ...{ goodUntil: after(world.now, 4_500), dueAt: world.now },
        terms: { delivery: { kind: 'secret', secretArn, resource }, openedAt: world.now },
      }),
    lookInTime: async (ports, { terms: { id } }) => {
      const { dueAt } = await stored(ports, id);
      if (dueAt === undefined) throw new Error('nothing is due of it');
      pass(Math.max(0, dueAt - world.now));
      return look(ports, { id, dueAt }, 'request');
    },
    held: async () => {
      const { SecretString: text = '' } = await client.send(
        new GetSecretValueCommand({ SecretId: secretArn }),
      );
      return text.startsWith('{') ? (JSON.parse(text) as unknown) : text;
    },
    versions: async () => {
      const all = new ListSecretVersionIdsCommand({ SecretId: secretArn, IncludeDeprecated: true });
      return (await client.send(all)).Versions?.length ?? 0;
    },
  };
  return vault;
}

function nextToken(made: string[], { goodUntil }: StoredTask, now: number) {
  const text = `canary-token-${made.length + 1}`;
  const jti = `${made.push(text)}`.padStart(22, '0');
  return { text, jti, scope: 'tools:read', expiresAt: instant(Math.min(now + 900, goodUntil)) };
}
