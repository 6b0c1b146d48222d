import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  DeleteUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect } from 'vitest';
import type { PoolSettings } from '../../../local/aws/cognito/app-clients.ts';
import { federationSecret } from '../../../local/demo/federation-secret.ts';
import { config as example } from '../../../vestibule.config.ts';
import type { Company } from '../../support/company.ts';
import { startDeployment } from '../../support/deployment.ts';
import { steadyPortBlock } from '../../support/free-ports.ts';
import { type PlayedIdp, playIdp } from '../../support/played-idp.ts';
import type { Behaviour } from '../../support/played-idp/behaviour.ts';
import { cognito } from '../../support/played-profiles.ts';
import { type Answer, type Driver, drive } from './driver.ts';
import { itemsAtRest } from './items-at-rest.ts';
import { deskAt, hosted, requestOf, signIn, type TokensOfDesk } from './people.ts';
import { type Registering, registering } from './registering.ts';

const pool = 'us-east-1_aBcDeF';

interface AppClient {
  readonly id: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A deployment whose clients are app clients of a user pool of its account, and Cognito as it signs in the people of that pool. */
export interface PoolOffice extends TokensOfDesk {
  readonly company: Company;
  readonly operator: Driver;
  readonly clients: Registering;
  readonly idp: PlayedIdp;
  /** What there is in the pool. */
  readonly appClients: () => readonly AppClient[];
  /** The secrets of all of them. */
  readonly secrets: () => readonly string[];
  /** What somebody else makes and removes in the pool. */
  readonly addForeign: (name: string) => Promise<void>;
  readonly removeForeign: (id: string) => Promise<void>;
  /** A new initial access token of ours. */
  readonly token: () => Promise<string>;
  readonly register: (name: string) => Promise<Answer>;
  /** What the client is told of a sign-in. */
  readonly told: (client: Answer) => Promise<URLSearchParams>;
  /** Puts the clock forward and runs what is due by then. */
  readonly later: (seconds: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** `pool`: absent where there is no such pool in the account. */
export async function startPoolOffice(
  options: {
    readonly quota?: number;
    readonly supportedIdentityProviders?: readonly string[];
    /** That its domain has it, as the config says too. */
    readonly managedLogin?: boolean;
    readonly pool?: PoolSettings | undefined;
  } = { pool: {} },
): Promise<PoolOffice> {
  const port = await steadyPortBlock();
  let secret = '';
  const now = (): number => deployment.run.clock.now() / 1_000;
  const secretsOf = () => deployment.run.cloud.userPools.secretsOf(pool);
  const idp = await playIdp({
    ...{ port: port + 1, path: `/${pool}`, now, secret: () => secret },
    // As they are at that moment: what is deleted by the API signs nobody in any more.
    clients: { [Symbol.iterator]: () => secretsOf()[Symbol.iterator]() },
  });
  const { quota, supportedIdentityProviders, managedLogin } = options;
  const deployment = await startDeployment({
    port,
    config: {
      ...example,
      registration: { mode: 'initial_access_token' },
      roles: [{ id: 'everyone', groups: 'everyone', scopes: { demo: ['tools:read', 'tools:write'] } }],
      identityProviders: [
        {
          ...{ id: 'cognito', issuer: idp.issuer, clientId: 'vestibule', profile: 'cognito' as const },
          registration: {
            mode: 'proxied',
            userPoolArn: `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${pool}`,
            ...(quota !== undefined && { quota }),
            ...(supportedIdentityProviders && { supportedIdentityProviders }),
            ...(managedLogin !== undefined && { managedLogin }),
          },
        },
      ],
    },
  });
  const { userPools, endpoint, operator: credentials } = deployment.run.cloud;
  if (options.pool !== undefined) userPools.add(pool, options.pool);
  secret = await federationSecret(deployment.run, 'cognito');
  const settingsOf = (id: string) => userPools.settingsOf(pool).get(id) ?? {};
  idp.play(played(port + 1, settingsOf, managedLogin));
  const company = { ...deployment, mcpUrl: example.resources[0].uri, idpUrl: '' };
  const operator = drive(deployment);
  const clients = registering(operator);
  const administrator = () =>
    new CognitoIdentityProviderClient({
      ...{ endpoint, region: 'us-east-1', credentials },
      systemClockOffset: deployment.run.clock.now() - Date.now(),
    });
  const token = async (): Promise<string> => {
    const { body } = await operator.admin('POST', 'registration-tokens', {
      ...{ name: 'Team', expires_in: 30 * 86_400 },
    });
    return String(body['initial_access_token']);
  };
  return {
    ...{ company, operator, clients, idp, token },
    ...deskAt(operator),
    appClients: () =>
      [...userPools.settingsOf(pool)].map(([id, settings]) => ({
        ...{ id, settings, name: String(settings['ClientName']) },
      })),
    secrets: () => [...secretsOf().values()],
    addForeign: async (ClientName) => {
      await administrator().send(new CreateUserPoolClientCommand({ UserPoolId: pool, ClientName }));
    },
    removeForeign: async (ClientId) => {
      await administrator().send(new DeleteUserPoolClientCommand({ UserPoolId: pool, ClientId }));
    },
    register: async (name) =>
      clients.register(
        { client_name: name, redirect_uris: [hosted], token_endpoint_auth_method: 'none' },
        await token(),
      ),
    told: (client) => signIn(requestOf(company, { client_id: String(client.body['client_id']) })),
    later: async (seconds) => {
      deployment.run.clock.advance(seconds);
      await deployment.run.runSchedules();
    },
    stop: async () => {
      await deployment.stop();
      await idp.stop();
    },
  };
}

/** What an app client may not ask for, Cognito refuses (docs.aws.amazon.com/cognito, authorization-endpoint). */
function played(
  port: number,
  settingsOf: (id: string) => Readonly<Record<string, unknown>>,
  managedLogin = false,
): Behaviour {
  return {
    ...cognito(port, {}, pool),
    refuses: (parameters) => {
      const settings = settingsOf(parameters.get('client_id') ?? '');
      const has = (list: string, value: string) =>
        (settings[list] as readonly string[] | undefined)?.includes(value);
      if (has('AllowedOAuthFlows', 'code') !== true) return 'unauthorized_client';
      if (has('CallbackURLs', parameters.get('redirect_uri') ?? '') !== true) return 'redirect_mismatch';
      // managed-login-branding: there are no pages for an app client without a style.
      if (managedLogin && settings['hasStyle'] !== true) return 'login_pages_unavailable';
      const scopes = (parameters.get('scope') ?? '').split(' ');
      return scopes.every((scope) => has('AllowedOAuthScopes', scope) === true) ? undefined : 'invalid_scope';
    },
  };
}

/** Our ids of the clients that there are in the pool, and here. */
export async function clientsAt({
  operator,
  appClients,
}: PoolOffice): Promise<readonly [there: readonly string[], here: readonly string[]]> {
  const { body } = await operator.admin('GET', 'clients?limit=100');
  const listed = body['clients'] as readonly { readonly client_id: string }[];
  const here = listed.map(({ client_id: id }) => id).filter((id) => id.startsWith('dyn_'));
  const there = appClients().flatMap(({ name }) => /dyn_\S+$/.exec(name)?.[0] ?? []);
  return [there.sort(), here.sort()];
}

/** Whatever is kept of clients at the pool. */
export async function keptAt({ company }: PoolOffice): Promise<readonly unknown[]> {
  const items = await itemsAtRest(company, 'VaultTable');
  return items.filter(
    ({ pk, taken }) => pk?.S?.startsWith('enrolment#') === true || (taken && taken.N !== '0'),
  );
}

// Longer than any registration is under way, and than the hour until the next sweep.
export const untilSwept = 4_300;

/** Whatever failed: who has a client here has one there, and nobody else; and what is removed here is removed there. */
export async function expectNothingOrphaned(office: PoolOffice, what: string): Promise<void> {
  await office.later(untilSwept);
  const [there, here] = await clientsAt(office);
  expect([what, there]).toEqual([what, here]);
  for (const id of here) await office.operator.admin('DELETE', `clients/${id}`);
  await office.later(untilSwept);
  expect([what, await clientsAt(office), await keptAt(office)]).toEqual([what, [[], []], []]);
}
