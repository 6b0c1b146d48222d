import type { IdentityProviderConfig, VestibuleConfig } from '../../../lib/index.ts';
import { createVirtualClock } from '../../../local/clock.ts';
import { federationSecret } from '../../../local/demo/federation-secret.ts';
import { config as example } from '../../../vestibule.config.ts';
import type { Company } from '../../support/company.ts';
import { type Browser, createBrowser } from '../../support/browser-player.ts';
import {
  startDeployment,
  type TestDeployment,
  type TestDeploymentOptions,
} from '../../support/deployment.ts';
import { steadyPortBlock } from '../../support/free-ports.ts';
import { type PlayedIdp, playIdp } from '../../support/played-idp.ts';
import { type Driver, drive } from './driver.ts';
import { deskAt, peoplesClients, requestOf, signIn, type TokensOfDesk } from './people.ts';

/** A deployment whose people come from an identity provider that plays any part; its `staff` may change things. */
export interface PlayedOffice extends TokensOfDesk {
  readonly company: Company;
  readonly idp: PlayedIdp;
  readonly client: Driver;
  /** Ends this one, and deploys another config where it was, at the same time of the same clock: what was kept is kept. */
  readonly redeployed: (change: (config: VestibuleConfig) => VestibuleConfig) => Promise<PlayedOffice>;
  /** Signs somebody in, in the browser given, and resolves with the code that the client is told. */
  readonly code: (changes?: Readonly<Record<string, string>>, browser?: Browser) => Promise<string>;
  readonly stop: () => Promise<void>;
}

interface PlayedOfficeOptions {
  /** The path of the provider's issuer. */
  readonly path?: string;
  /** What the config says of the provider, over what an office has. */
  readonly idp?: Partial<IdentityProviderConfig>;
  /** The group that may change things. Default: `staff`. */
  readonly group?: string;
  /** Asked before all else by the provider, as it plays. */
  readonly also?: Parameters<typeof playIdp>[0]['also'];
  /** Changes the rest of the config. */
  readonly change?: (config: VestibuleConfig) => VestibuleConfig;
  /** As of any deployment. */
  readonly deployment?: Pick<TestDeploymentOptions, 'clocksAhead' | 'stateDirectory'>;
}

export async function startPlayedOffice(options: PlayedOfficeOptions = {}): Promise<PlayedOffice> {
  const port = await steadyPortBlock();
  let secret = '';
  const clock = createVirtualClock();
  const now = (): number => clock.now() / 1_000;
  const { path = '', change: first = unchanged, also } = options;
  const idp = await playIdp({ port: port + 2, secret: () => secret, now, path, ...(also && { also }) });
  const deploy = async (change: (config: VestibuleConfig) => VestibuleConfig): Promise<PlayedOffice> => {
    const config = change(officeWith(idp.issuer, options));
    const deployment = await startDeployment({ ...options.deployment, port, clock, config });
    secret = await federationSecret(deployment.run);
    return officeAt(deployment, idp, deploy);
  };
  return deploy(first);
}

function officeAt(
  deployment: TestDeployment,
  idp: PlayedIdp,
  deploy: PlayedOffice['redeployed'],
): PlayedOffice {
  const company = { ...deployment, mcpUrl: example.resources[0].uri, idpUrl: idp.issuer };
  const client = drive(deployment);
  return {
    ...{ company, idp, client },
    redeployed: async (change) => {
      await deployment.stop();
      return deploy(change);
    },
    code: async (changes = {}, browser = createBrowser()) => {
      const told = await signIn(requestOf(company, changes), { browser });
      const code = told.get('code');
      if (code === null) throw new Error(`no code: ${told.toString()}`);
      return code;
    },
    ...deskAt(client),
    stop: async () => {
      await deployment.stop();
      await idp.stop();
    },
  };
}

function officeWith(issuer: string, { idp, group = 'staff' }: PlayedOfficeOptions): VestibuleConfig {
  const usual = { scopes: ['openid', 'profile', 'email', 'groups'], groupsClaim: 'groups' };
  return {
    ...example,
    clients: [...example.clients, ...peoplesClients],
    identityProviders: [{ id: 'demo', issuer, clientId: 'vestibule', ...(idp ?? usual) }],
    roles: [
      { id: 'everyone', groups: 'everyone', scopes: { demo: ['tools:read'] } },
      { id: 'staff', groups: { demo: [group] }, scopes: { demo: ['tools:write'] } },
    ],
  };
}

function unchanged(config: VestibuleConfig): VestibuleConfig {
  return config;
}
