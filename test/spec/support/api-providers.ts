import type { DownstreamAnswer } from '../../../lambdas/ports/downstream.ts';
import type { AgentId, GrantId, ResourceUri, ScopeName } from '../../../lambdas/runtime/identifiers.ts';
import type { DownstreamApiConfig, IdentityProviderConfig } from '../../../lib/index.ts';
import { exchangeSecret, federationSecret } from '../../../local/demo/federation-secret.ts';
import { config as example } from '../../../vestibule.config.ts';
import { namedScopes } from '../../../lib/config/downstream-apis-config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { steadyPortBlock } from '../../support/free-ports.ts';
import {
  auth0Exchange,
  cognitoExchange,
  entraAgentExchange,
  entraExchange,
  keycloakExchange,
  machineExchange,
  oktaAgentExchange,
  oktaExchange,
} from '../../support/played-exchange-profiles.ts';
import { type ExchangeJudge, type PlayedExchanges, playExchanges } from '../../support/played-exchanges.ts';
import { type PlayedIdp, playIdp } from '../../support/played-idp.ts';
import type { Behaviour } from '../../support/played-idp/behaviour.ts';
import { judgeProofs, type ProofJudge } from '../../support/proof-judge.ts';
import { asker, random, signInBy } from './downstream-driver.ts';

const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';

/** Where the issuer of each is, below its host, and what the config says of it besides. */
const providers = {
  keycloak: { path: '/realms/staff', config: {} },
  okta: { path: '/oauth2/default', config: { profile: 'okta' } },
  auth0: { path: '/', config: { profile: 'auth0' } },
  cognito: { path: '/eu-west-1_aBcDeF', config: { profile: 'cognito' } },
  entra: { path: `/${tenant}/v2.0`, config: { profile: 'entra' } },
} as const satisfies Readonly<
  Record<string, { readonly path: string; readonly config: Partial<IdentityProviderConfig> }>
>;

export type Provider = keyof typeof providers;

/** How each behaves that is not as OpenID Connect has it. */
const behaviours: Readonly<Record<Provider, Behaviour>> = {
  keycloak: {},
  okta: {},
  auth0: {},
  cognito: { person: { sub: 'ann', token_use: 'id' } },
  entra: {
    metadata: { token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'] },
    person: { sub: 'pairwise', oid: '00000000-0000-0000-66f3-3332eca7ea81', tid: tenant, ver: '2.0' },
  },
};

const client = { id: 'service' };
const graph = 'https://graph.microsoft.com/.default';

/** One API for each strategy, and the provider that it is behind. */
const strategies: Readonly<
  Record<string, { readonly idp: Provider; readonly api: Pick<DownstreamApiConfig, 'strategy' | 'scopes'> }>
> = {
  keycloak: {
    idp: 'keycloak',
    api: { strategy: { kind: 'keycloak', audience: 'files-api' }, scopes: ['read', 'write'] },
  },
  okta: {
    idp: 'okta',
    api: { strategy: { kind: 'okta', audience: 'api://files', client }, scopes: ['read', 'write'] },
  },
  oktaOther: {
    idp: 'okta',
    api: { strategy: { kind: 'okta', audience: 'api://files', client }, scopes: ['read'] },
  },
  oktaAgent: {
    idp: 'okta',
    api: {
      strategy: { kind: 'okta-agent', audience: 'https://as.example.com', tokenEndpoint: '', client },
      scopes: ['read'],
    },
  },
  auth0: {
    idp: 'auth0',
    api: {
      strategy: { kind: 'auth0', audience: 'https://files', presented: 'https://vestibule', client },
      scopes: ['read'],
    },
  },
  cognito: {
    idp: 'cognito',
    api: { strategy: { kind: 'cognito', audience: 'files' }, scopes: { read: 'files/read' } },
  },
  cognitoOwn: {
    idp: 'cognito',
    api: { strategy: { kind: 'cognito', audience: 'files', client }, scopes: { read: 'files/read' } },
  },
  entra: {
    idp: 'entra',
    api: { strategy: { kind: 'entra-obo' }, scopes: { read: 'https://graph.microsoft.com/.default' } },
  },
  entraAgent: {
    idp: 'entra',
    api: {
      strategy: { kind: 'entra-agent-id', agentIdentity: 'agent-identity' },
      scopes: { read: 'User.Read' },
    },
  },
};

export type StrategyName =
  | 'keycloak'
  | 'okta'
  | 'oktaOther'
  | 'oktaAgent'
  | 'auth0'
  | 'cognito'
  | 'cognitoOwn'
  | 'entra'
  | 'entraAgent';

/** A deployment with an API behind providers of every kind. */
export interface ApiProviders {
  readonly deployment: TestDeployment;
  readonly idps: Readonly<Record<Provider, PlayedIdp>>;
  readonly exchanges: Readonly<Record<Provider, PlayedExchanges>>;
  /** Of those that demand proofs of possession. */
  readonly proofs: Readonly<Partial<Record<Provider, ProofJudge>>>;
  /** Somebody signs in at the provider of an API, and a token is asked for on their grant. */
  readonly exchange: (api: StrategyName, scopes?: readonly string[]) => Promise<DownstreamAnswer>;
  /** The same for an agent as itself. */
  readonly mint: (api: StrategyName, scopes?: readonly string[]) => Promise<DownstreamAnswer>;
  /** As each provider behaves. */
  readonly play: (idp: Provider, more?: Behaviour) => void;
  readonly stop: () => Promise<void>;
}

/**
 * `demanding`: the paths of the host of a provider at which token requests have to bear a proof of possession; the entry of that
 * provider has `dpop: true`.
 */
export async function startApiProviders(
  demanding: Readonly<Partial<Record<Provider, readonly string[]>>> = {},
): Promise<ApiProviders> {
  const names = Object.keys(providers) as readonly Provider[];
  const secrets = new Map<string, string>();
  const known = (id: string, name: string) => ({ id, secret: () => secrets.get(name) ?? '' });
  const judges: Readonly<Record<Provider, ExchangeJudge>> = {
    keycloak: either(keycloakExchange('files-api', known('vestibule', 'keycloak')), {
      ...{ ...known('vestibule', 'keycloak'), with: {} },
    }),
    okta: (asked, given) => judgeOfOkta(known)(asked, given),
    auth0: either(auth0Exchange('https://files', known('service', 'api:auth0')), {
      ...{ ...known('service', 'api:auth0'), with: { audience: 'https://files' } },
    }),
    cognito: (asked, given) => {
      const own = known('service', 'api:cognitoOwn');
      const judge =
        asked.client === own.id
          ? either(cognitoExchange('files', own), { ...own, with: { scope: 'files/read' } })
          : cognitoExchange('files', known('vestibule', 'cognito'));
      return judge(asked, given);
    },
    entra: (asked, given) => {
      if (asked.form['grant_type'] === 'client_credentials' && asked.form['fmi_path'] === undefined) {
        const ours = { ...known('vestibule', 'entra'), with: { scope: graph } };
        const judge =
          asked.form['client_id'] === 'vestibule'
            ? machineExchange(ours)
            : entraAgentExchange('agent-identity', ours);
        return judge(asked, given);
      }
      const judge = isOfAgent(asked.form)
        ? entraAgentExchange('agent-identity', known('vestibule', 'entra'))
        : entraExchange(known('vestibule', 'entra'));
      return judge(asked, given);
    },
  };
  const port = await steadyPortBlock();
  const free = [port + 1, port + 2];
  const now = (): number => deployment.run.clock.now() / 1_000;
  const idps: Partial<Record<Provider, PlayedIdp>> = {};
  const exchanges: Partial<Record<Provider, PlayedExchanges>> = {};
  const proofs: Partial<Record<Provider, ProofJudge>> = {};
  for (const name of names) {
    if (free.length === 0) free.push(...(await anotherBlock()));
    const played = playExchanges(judges[name]);
    const [own = 0] = free.splice(0, 1);
    const { path } = providers[name];
    const tokens = demanding[name];
    const judge = tokens && judgeProofs(`http://localhost:${own}`, now, { tokens });
    if (judge !== undefined) proofs[name] = judge;
    idps[name] = await playIdp({
      port: own,
      path,
      secret: () => secrets.get(name) ?? '',
      now,
      also: played.also,
      ...(judge && { gate: judge.gate }),
    });
    exchanges[name] = played;
    idps[name].play(behaviours[name]);
  }
  const issuerOf = (name: Provider): string => idps[name]?.issuer ?? '';
  const deployment = await startDeployment({
    port,
    config: {
      ...example,
      identityProviders: names.map((id) => ({
        ...{ id, issuer: issuerOf(id), clientId: 'vestibule', ...providers[id].config },
        ...(demanding[id] && { dpop: true }),
      })),
      roles: [{ id: 'everyone', groups: 'everyone', scopes: { demo: ['tools:read'] } }],
      downstreamApis: Object.entries(strategies).map(([id, { idp, api }]) => ({
        ...{ id, idp, uri: uriOf(id), scopes: api.scopes },
        strategy: strategyAt(api.strategy, id, new URL(issuerOf(idp)).origin),
        ...(mints(id) && { agents: { planner: namedScopes(api.scopes).map(({ name }) => name) } }),
      })),
    },
  });
  for (const name of names) secrets.set(name, await federationSecret(deployment.run, name));
  for (const name of ['okta', 'oktaOther', 'oktaAgent', 'auth0', 'cognitoOwn']) {
    secrets.set(`api:${name}`, await exchangeSecret(deployment.run, name));
  }
  const ask = asker(deployment);
  const signIn = signInBy(ask);
  return {
    ...{ deployment, proofs },
    ...{ idps: idps as ApiProviders['idps'], exchanges: exchanges as ApiProviders['exchanges'] },
    play: (name, more = {}) => {
      idps[name]?.play({ ...behaviours[name], ...more });
    },
    mint: (api, scopes = ['read']) =>
      ask({
        ask: 'machine_token',
        request: {
          ...{ api: uriOf(api) as ResourceUri, agent: 'planner' as AgentId },
          scopes: scopes as ScopeName[],
        },
      }),
    exchange: async (api, scopes = ['read']) => {
      const grant = random();
      const told = await signIn(strategies[api]?.idp ?? '', { keepFor: grant });
      if (told.told !== 'signed_in') throw new Error(JSON.stringify(told));
      const person = told.signedIn.person.id;
      return ask({
        ask: 'exchange',
        request: {
          api: uriOf(api) as ResourceUri,
          ...{ actor: 'helper', grant: grant as GrantId, person },
          scopes: scopes as ScopeName[],
        },
      });
    },
    stop: async () => {
      await deployment.stop();
      await Promise.all(Object.values(idps).map((idp) => idp.stop()));
    },
  };
}

/** Which of them an agent can be given as itself. */
function mints(id: string): boolean {
  return id !== 'oktaAgent' && id !== 'cognito';
}

/** Exchanges as one judges them, and client credentials as the other provider's client has them. */
function either(exchange: ExchangeJudge, machine: Parameters<typeof machineExchange>[0]): ExchangeJudge {
  return (asked, given) =>
    (asked.form['grant_type'] === 'client_credentials' ? machineExchange(machine) : exchange)(asked, given);
}

function uriOf(id: string): string {
  return `https://${id.toLowerCase()}.example.com`;
}

/** What of a strategy is an address of the provider, which is known once it plays. */
function strategyAt(
  strategy: DownstreamApiConfig['strategy'],
  id: string,
  origin: string,
): DownstreamApiConfig['strategy'] {
  if (strategy.kind === 'okta-agent') return { ...strategy, tokenEndpoint: `${origin}/as/token` };
  return strategy.kind === 'okta' && id === 'oktaOther'
    ? { ...strategy, issuer: `${origin}/oauth2/files` }
    : strategy;
}

/** The three APIs behind the org, each with a client of its own secret, are told apart by where they are asked for. */
function judgeOfOkta(
  known: (id: string, name: string) => { readonly id: string; readonly secret: () => string },
): ExchangeJudge {
  const agent = oktaAgentExchange(
    { audience: 'https://as.example.com', redeemedAt: '/as/token' },
    known('service', 'api:oktaAgent'),
  );
  const own = oktaExchange({ audience: 'api://files', server: 'default' }, known('service', 'api:okta'));
  const other = oktaExchange({ audience: 'api://files', server: 'files' }, known('service', 'api:oktaOther'));
  const machine = (name: string) => machineExchange({ ...known('service', name), with: {} });
  return (asked, given) => {
    const { pathname } = asked.url;
    if (asked.form['grant_type'] === 'client_credentials') {
      return machine(pathname === '/oauth2/files/v1/token' ? 'api:oktaOther' : 'api:okta')(asked, given);
    }
    if (pathname === '/oauth2/v1/token' || pathname === '/as/token') return agent(asked, given);
    return (pathname.includes('/files/') ? other : own)(asked, given);
  };
}

function isOfAgent(form: Readonly<Record<string, string>>): boolean {
  return form['grant_type'] === 'client_credentials' || form['client_id'] === 'agent-identity';
}

async function anotherBlock(): Promise<readonly number[]> {
  const first = await steadyPortBlock();
  return [first, first + 1, first + 2, first + 3];
}
