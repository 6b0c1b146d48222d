import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateSecretCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { clientDefaults } from '../../../lambdas/adapters/aws.ts';
import { dynamoConnections } from '../../../lambdas/adapters/dynamodb/connections.ts';
import { dynamoDueConnections } from '../../../lambdas/adapters/dynamodb/due-connections.ts';
import { kmsAssertionSigner } from '../../../lambdas/adapters/kms/assertion-signer.ts';
import { kmsConnectionSeals } from '../../../lambdas/adapters/kms/connection-seals.ts';
import { secretsManagerConnectionSeals } from '../../../lambdas/adapters/secrets-manager/connection-secrets.ts';
import { secretsManagerEgressSecrets } from '../../../lambdas/adapters/secrets-manager/egress-secrets.ts';
import { egressProviders } from '../../../lambdas/adapters/upstream/egress-provider.ts';
import { egressAuthorizationUrl } from '../../../lambdas/egress/authorization-url.ts';
import { completeConnection } from '../../../lambdas/egress/complete-connection.ts';
import type { SweepPorts } from '../../../lambdas/egress/sweep-due.ts';
import type { ConnectReturn } from '../../../lambdas/ports/connecting.ts';
import type { Connection, ConnectionPlace, Holder } from '../../../lambdas/ports/connections.ts';
import type { EgressProvider } from '../../../lambdas/ports/egress-providers.ts';
import { type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import type { AuditEvent } from '../../../lambdas/runtime/events.ts';
import type {
  AgentId,
  EgressProviderId,
  IdpId,
  PersonId,
  ScopeName,
} from '../../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import { startCloud } from '../../../local/aws/cloud.ts';
import { createFaultPlan } from '../../../local/aws/faults.ts';
import { createVirtualClock } from '../../../local/clock.ts';
import { startTables } from '../../support/dynamodb.ts';
import type { Kind } from '../../support/third-parties/kind.ts';
import { playThirdParty, type ThirdParty } from '../../support/third-parties/play.ts';

export interface Vault {
  /** What an instance of the function has, and what it told the audit trail. */
  readonly at: (party: ThirdParty, given?: Given) => Promise<At>;
  readonly keyArn: () => Promise<string>;
  readonly kms: KMSClient;
  /** The names of the secrets that tokens are kept in, whosever they are. */
  readonly tokenSecrets: () => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

export interface Given {
  /** What is declared of it besides. */
  readonly provider?: Partial<EgressProvider>;
  /** The text of the deployment's secret, where it is not as the third party has it. */
  readonly secret?: string;
  /** Tokens are kept in secrets, and not in their items. */
  readonly inSecrets?: true;
}

export interface At {
  readonly ports: SweepPorts;
  readonly told: AuditEvent[];
  readonly provider: EgressProvider;
  readonly pass: (seconds: number) => void;
  readonly changeSecret: (text: string) => Promise<void>;
}

/** A third party of its own for one test. */
export async function alone(
  vault: Vault,
  kind: Kind,
  use: (party: ThirdParty, at: At) => Promise<void>,
  given?: Given,
): Promise<void> {
  const party = await playThirdParty(kind);
  try {
    await use(party, await vault.at(party, given));
  } finally {
    await party.stop();
  }
}

let people = 0;
let secrets = 0;

export const agent = 'planner' as AgentId;

export function somebody(): Holder {
  people += 1;
  return { kind: 'person', person: `person-${people}` as PersonId, idp: 'company' as IdpId };
}

/** KMS, Secrets Manager and a table as they are in a deployment, for all that a file tests. */
export async function startVault(): Promise<Vault> {
  const cloud = await startCloud({
    ...{ region: 'us-east-1', account: '000000000000' },
    ...{ clock: createVirtualClock(), faults: createFaultPlan() },
  });
  const tables = await startTables();
  const config = {
    ...clientDefaults,
    endpoint: cloud.endpoint,
    region: 'us-east-1',
    credentials: cloud.root,
  };
  const [kms, secretsManager, dynamo] = [
    ...[new KMSClient(config), new SecretsManagerClient(config), tables.client()],
  ] as const;
  const newKey = async (spec?: 'RSA_2048'): Promise<string> => {
    const made = spec && ({ KeySpec: spec, KeyUsage: 'SIGN_VERIFY' } as const);
    return (await kms.send(new CreateKeyCommand({ ...made }))).KeyMetadata?.Arn ?? '';
  };
  const keyArn = await newKey();
  const inItems = kmsConnectionSeals({ client: kms, keyArn, deployment: 'Vestibule' });
  const inSecrets = secretsManagerConnectionSeals({
    ...{ client: secretsManager, keyArn, deployment: 'Vestibule' },
  });
  return {
    kms,
    keyArn: () => newKey('RSA_2048'),
    tokenSecrets: async () => {
      const { SecretList: list = [] } = await secretsManager.send(new ListSecretsCommand({}));
      return list.map(({ Name = '' }) => Name).filter((name) => name.includes('/connection/'));
    },
    at: async (party, given = {}) => {
      secrets += 1;
      // What one test leaves due is nothing of another's.
      const id = `${party.provider.id}-${secrets}` as EgressProviderId;
      const provider = { ...party.provider, id, ...given.provider };
      const { ARN: secretArn = '' } = await secretsManager.send(
        new CreateSecretCommand({ Name: `egress-${secrets}`, SecretString: given.secret ?? party.secret }),
      );
      const told: AuditEvent[] = [];
      let now = instant(Math.floor(Date.now() / 1_000));
      const clock = (): Instant => now;
      return {
        ...{ told, provider },
        pass: (seconds) => {
          now = instant(now + seconds);
          party.pass(seconds);
        },
        changeSecret: async (SecretString) => {
          await secretsManager.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString }));
        },
        ports: {
          providers: {
            find: (id) => Promise.resolve(id === provider.id ? provider : undefined),
            all: () => Promise.resolve([provider]),
          },
          connections: dynamoConnections({ client: dynamo, table: tables.grants }),
          due: dynamoDueConnections({ client: dynamo, table: tables.grants }),
          seals: given.inSecrets === true ? inSecrets : inItems,
          ask: egressProviders('loopback'),
          secrets: secretsManagerEgressSecrets({
            ...{ client: secretsManager, arns: new Map([[`egress:${provider.id}`, secretArn]]), clock },
          }),
          signer: kmsAssertionSigner({ client: kms }),
          ...{ clock, random: systemRandom, pause: (milliseconds) => setTimeout(milliseconds) },
          audit: (event) => told.push(event),
        },
      };
    },
    stop: async () => {
      for (const client of [kms, secretsManager, dynamo]) client.destroy();
      await tables.stop();
      await cloud.stop();
    },
  };
}

const redirectUri = 'https://ours.example/connect/third/callback';
const codeVerifier = 'a-verifier-of-at-least-43-characters-so-long-as-this';

/** Somebody goes to the third party, says yes, and comes back. */
export async function comesBack(
  { provider }: At,
  given: Partial<ConnectReturn> = {},
): Promise<ConnectReturn> {
  const { credential, scopes } = provider;
  if (credential.kind !== 'oauth2') throw new Error('nobody connects it');
  const asked = given.asked ?? scopes.flatMap(({ upstream }) => upstream);
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  const url = egressAuthorizationUrl(credential, {
    state: 'state',
    codeChallenge,
    redirectUri,
    scopes: asked,
  });
  const { headers } = await fetch(url, { redirect: 'manual' });
  const code = new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
  const holder = given.holder ?? somebody();
  return {
    ...{
      provider: provider.id,
      holder,
      by: 'person-of-it' as PersonId,
      code,
      codeVerifier,
      redirectUri,
      asked,
    },
    agents: [{ agent, scopes: scopes.map(({ name }): ScopeName => name) }],
    ...given,
  };
}

/** An account that somebody has connected a moment ago. */
export async function connected(at: At): Promise<Connection> {
  const back = await comesBack(at);
  const made = await completeConnection(at.ports, back, 'request');
  if (!made.ok) throw new Error(`not connected: ${JSON.stringify(made.refusal)}`);
  return found(at, back);
}

export async function found({ ports }: At, place: ConnectionPlace): Promise<Connection> {
  const connection = await ports.connections.find(place);
  if (connection === undefined) throw new Error('nothing is connected');
  return { ...connection, ...placeOf(place) };
}

export function placeOf({ provider, holder }: ConnectionPlace): ConnectionPlace {
  return { provider, holder };
}

/** What calls bear now. */
export async function accessOf({ ports }: At, connection: Connection): Promise<string> {
  const { access } = connection;
  if (access === undefined) throw new Error('there is nothing to bear');
  return (await ports.seals.open(connection, 'access', access)).reveal();
}
