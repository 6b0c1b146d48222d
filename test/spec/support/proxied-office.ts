import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { federationSecret } from '../../../local/demo/federation-secret.ts';
import { config as example } from '../../../vestibule.config.ts';
import type { VestibuleConfig } from '../../../lib/index.ts';
import type { Company } from '../../support/company.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { steadyPortBlock } from '../../support/free-ports.ts';
import { type PlayedIdp, playIdp } from '../../support/played-idp.ts';
import { type PlayedRegistrations, playRegistrations } from '../../support/played-registrations.ts';
import { type Answer, type Driver, drive } from './driver.ts';
import { deskAt, hosted, requestOf, signIn, type TokensOfDesk } from './people.ts';
import { type Registering, registering } from './registering.ts';

const paths = { keycloak: '/realms/staff', okta: '', auth0: '/' } as const;
export type ProxiedKind = keyof typeof paths;

/** What an administrator puts in: no log and no other function ever has it. */
export const bootstrap = {
  keycloak: 'bootstrap.canary.of-keycloak',
  okta: '00bootstrap-canary-of-okta',
  auth0: 'bootstrap-canary-of-auth0',
} as const;

const values: Readonly<Record<ProxiedKind, string>> = {
  keycloak: bootstrap.keycloak,
  okta: JSON.stringify({ token: bootstrap.okta }),
  auth0: JSON.stringify({ client_id: 'manager', client_secret: bootstrap.auth0 }),
};

/** A deployment whose clients are clients of their own at its identity providers, and those providers. */
export interface ProxiedOffice extends TokensOfDesk {
  readonly company: Company;
  readonly operator: Driver;
  readonly clients: Registering;
  readonly idps: Readonly<Record<ProxiedKind, PlayedIdp>>;
  readonly registrations: Readonly<Record<ProxiedKind, PlayedRegistrations>>;
  /** A new initial access token of ours. */
  readonly token: (uses?: number) => Promise<string>;
  /** Registers a client by a token, its own where none is given; by none where an operator approves. */
  readonly register: (name: string, token?: string) => Promise<Answer>;
  /** What the client is told of a sign-in at one of them. */
  readonly told: (
    idp: ProxiedKind,
    client: Answer,
    changes?: Readonly<Record<string, string>>,
  ) => Promise<URLSearchParams>;
  readonly putIn: (idp: ProxiedKind, value: string) => Promise<void>;
  /** Has what is no client here removed at the providers, at once. */
  readonly sweep: () => Promise<void>;
  /** Puts the clock forward and runs what is due by then. */
  readonly later: (seconds: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startProxiedOffice(
  kinds: readonly ProxiedKind[],
  options: {
    readonly quota?: number;
    readonly faults?: string;
    /** Default: by an initial access token. */
    readonly mode?: 'approval' | 'closed';
    readonly documents?: VestibuleConfig['clientMetadataDocuments'];
  } = {},
): Promise<ProxiedOffice> {
  const port = await steadyPortBlock();
  const secrets = new Map<ProxiedKind, string>();
  const now = (): number => deployment.run.clock.now() / 1_000;
  const idps: Partial<Record<ProxiedKind, PlayedIdp>> = {};
  const registrations: Partial<Record<ProxiedKind, PlayedRegistrations>> = {};
  const free = [port + 1, port + 2];
  for (const kind of kinds) {
    // A block is not free any more once somebody listens in it.
    if (free.length === 0) free.push(await steadyPortBlock());
    const own = free.shift() ?? 0;
    const path = paths[kind];
    const root = `http://localhost:${own}${path}`.replace(/\/$/, '');
    const played = playRegistrations(kind, root, bootstrap[kind]);
    registrations[kind] = played;
    const { clients, also } = played;
    const idp = await playIdp({ port: own, path, now, clients, also, secret: () => secrets.get(kind) ?? '' });
    idps[kind] = idp;
    idp.play({ metadata: played.discovery });
  }
  const { quota, mode = 'initial_access_token', documents, ...rest } = options;
  const deployment = await startDeployment({
    ...{ port, ...rest },
    config: {
      ...example,
      registration: { mode },
      ...(documents && { clientMetadataDocuments: documents }),
      roles: [{ id: 'everyone', groups: 'everyone', scopes: { demo: ['tools:read', 'tools:write'] } }],
      identityProviders: kinds.map((kind) => ({
        ...{ id: kind, issuer: idps[kind]?.issuer ?? '', clientId: 'vestibule', profile: kind },
        domains: [`${kind}.example`],
        registration: { mode: 'proxied' as const, ...(quota !== undefined && { quota }) },
      })),
    },
  });
  for (const kind of kinds) {
    secrets.set(kind, await federationSecret(deployment.run, kind));
    await putBootstrap(deployment, kind, values[kind]);
  }
  const company = { ...deployment, mcpUrl: example.resources[0].uri, idpUrl: '' };
  const operator = drive(deployment);
  const clients = registering(operator);
  const token = async (uses?: number): Promise<string> => {
    const asked = { name: 'Team', expires_in: 30 * 86_400, ...(uses !== undefined && { uses }) };
    const { status, body } = await operator.admin('POST', 'registration-tokens', asked);
    if (status !== 201) throw new Error(`no token: ${status}`);
    return String(body['initial_access_token']);
  };
  return {
    ...{ company, operator, clients, token },
    ...{
      idps: idps as ProxiedOffice['idps'],
      registrations: registrations as ProxiedOffice['registrations'],
    },
    ...deskAt(operator),
    register: async (name, given) =>
      clients.register(
        { client_name: name, redirect_uris: [hosted], token_endpoint_auth_method: 'none' },
        given ?? (mode === 'approval' ? undefined : await token()),
      ),
    told: (idp, client, changes = {}) =>
      signIn(
        requestOf(company, {
          ...{ client_id: String(client.body['client_id']), login_hint: `ann@${idp}.example` },
          ...changes,
        }),
      ),
    putIn: (idp, value) => putBootstrap(deployment, idp, value),
    sweep: () => sweepNow(deployment),
    later: async (seconds) => {
      deployment.run.clock.advance(seconds);
      await deployment.run.runSchedules();
    },
    stop: async () => {
      await deployment.stop();
      await Promise.all(Object.values(idps).map((idp) => idp.stop()));
    },
  };
}

/** Puts in by what clients are registered at a provider. */
export async function putBootstrap(
  { run }: TestDeployment,
  idp: string,
  SecretString: string,
): Promise<void> {
  const name = Object.keys(run.outputs).find((output) => output.includes(`Bootstrap${idp}Arn`));
  const { cloud, clock } = run;
  const client = new SecretsManagerClient({
    ...{ endpoint: cloud.endpoint, region: 'us-east-1', credentials: cloud.operator },
    systemClockOffset: clock.now() - Date.now(),
  });
  await client.send(new PutSecretValueCommand({ SecretId: run.outputs[name ?? ''], SecretString }));
  client.destroy();
}

async function sweepNow({ run, operator }: TestDeployment): Promise<void> {
  const { resources, cloud, clock } = run;
  const sweeper = resources.find(({ logicalId }) => logicalId.startsWith('VestibuleEnrolmentFunction'));
  const lambda = new LambdaClient({
    ...{ endpoint: cloud.endpoint, region: 'us-east-1', credentials: operator },
    systemClockOffset: clock.now() - Date.now(),
  });
  const Payload = Buffer.from(JSON.stringify({ schedule: 'hourly' }));
  const { FunctionError: error } = await lambda.send(
    new InvokeCommand({ FunctionName: sweeper?.physicalId, Payload }),
  );
  lambda.destroy();
  if (error !== undefined) throw new Error(`the sweep failed: ${error}`);
}
