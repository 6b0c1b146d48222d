import type { IdentityProviderConfig } from '../../../lib/index.ts';
import { federationSecret } from '../../../local/demo/federation-secret.ts';
import { config as example } from '../../../vestibule.config.ts';
import type { Company } from '../../support/company.ts';
import { startDeployment } from '../../support/deployment.ts';
import { steadyPortBlock } from '../../support/free-ports.ts';
import { type PlayedIdp, playIdp } from '../../support/played-idp.ts';
import { drive } from './driver.ts';
import { deskAt, peoplesClients, requestOf, signIn, type TokensOfDesk } from './people.ts';

const paths = {
  oktaOrg: '',
  oktaServer: '/oauth2/default',
  cognito: '/eu-west-1_aBcDeF',
  auth0: '/',
  keycloak: '/realms/staff',
  ping: '/env/as',
} as const;

export type ProviderId = keyof typeof paths;

/** What the config says of each beside its issuer: what it is, which no issuer on this machine tells, and what has no default. */
const configs: Readonly<Record<ProviderId, Partial<IdentityProviderConfig>>> = {
  oktaOrg: { profile: 'okta' },
  oktaServer: { profile: 'okta', acr: { mfa: 'urn:okta:loa:2fa:any', gold: 'urn:okta:loa:9fa' } },
  cognito: { profile: 'cognito' },
  auth0: {
    profile: 'auth0',
    groupsClaim: 'https://example.com/roles',
    acr: { mfa: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor' },
  },
  // Its issuer is told everywhere.
  keycloak: {},
  ping: { profile: 'ping', groupsClaim: 'memberOfGroupNames' },
};

/** One deployment at which people of six identity providers sign in, side by side; `staff` of each may change things. */
export interface PlayedProviders extends TokensOfDesk {
  readonly company: Company;
  readonly idps: Readonly<Record<ProviderId, PlayedIdp>>;
  readonly ports: Readonly<Record<ProviderId, number>>;
  /** What the client is told of a sign-in at one of them. */
  readonly told: (idp: ProviderId, changes?: Readonly<Record<string, string>>) => Promise<URLSearchParams>;
  readonly stop: () => Promise<void>;
}

export async function startPlayedProviders(): Promise<PlayedProviders> {
  const ids = Object.keys(paths) as readonly ProviderId[];
  const secrets = new Map<ProviderId, string>();
  const now = (): number => deployment.run.clock.now() / 1_000;
  const port = await steadyPortBlock();
  const ports: Partial<Record<ProviderId, number>> = {};
  const idps: Partial<Record<ProviderId, PlayedIdp>> = {};
  const free = [port + 1, port + 2];
  for (const id of ids) {
    // A block is not free any more once somebody listens in it.
    if (free.length === 0) free.push(...(await blockOfFour()));
    const own = free.shift() ?? 0;
    ports[id] = own;
    idps[id] = await playIdp({ port: own, path: paths[id], secret: () => secrets.get(id) ?? '', now });
  }
  const deployment = await startDeployment({
    port,
    config: {
      ...example,
      clients: [...example.clients, ...peoplesClients],
      identityProviders: ids.map((id) => ({
        ...{
          id,
          issuer: idps[id]?.issuer ?? '',
          clientId: 'vestibule',
          domains: [`${id.toLowerCase()}.example`],
        },
        ...configs[id],
      })),
      roles: [
        { id: 'everyone', groups: 'everyone', scopes: { demo: ['tools:read'] } },
        {
          ...{ id: 'staff', scopes: { demo: ['tools:write'] } },
          groups: Object.fromEntries(ids.map((id) => [id, ['staff']])),
        },
      ],
    },
  });
  for (const id of ids) secrets.set(id, await federationSecret(deployment.run, id));
  const company = { ...deployment, mcpUrl: example.resources[0].uri, idpUrl: '' };
  const client = drive(deployment);
  return {
    ...{ company, idps: idps as PlayedProviders['idps'], ports: ports as PlayedProviders['ports'] },
    ...deskAt(client),
    told: (idp, changes = {}) =>
      signIn(
        requestOf(company, {
          scope: 'tools:read tools:write',
          login_hint: `ann@${idp.toLowerCase()}.example`,
          ...changes,
        }),
      ),
    stop: async () => {
      await deployment.stop();
      await Promise.all(Object.values(idps).map((idp) => idp.stop()));
    },
  };
}

async function blockOfFour(): Promise<readonly number[]> {
  const first = await steadyPortBlock();
  return [first, first + 1, first + 2, first + 3];
}
