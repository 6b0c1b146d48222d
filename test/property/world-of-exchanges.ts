import { clientAuthentication } from '../../lambdas/oauth/client-authentication/authenticate-client.ts';
import { clientKeys } from '../../lambdas/oauth/client-authentication/client-keys.ts';
import { exchangedPlans } from '../../lambdas/oauth/exchange/family-plan.ts';
import { ownTokens } from '../../lambdas/oauth/exchange/own-tokens.ts';
import { type ExchangePorts, tokenExchangeGrant } from '../../lambdas/oauth/exchange/token-exchange.ts';
import { refreshTokenGrant } from '../../lambdas/oauth/grants/refresh-token.ts';
import { endOf } from '../../lambdas/oauth/introspection/activity.ts';
import { tokenNames } from '../../lambdas/oauth/introspection/token-names.ts';
import { tokenEndpoint } from '../../lambdas/oauth/token-endpoint.ts';
import { tokenIssuer } from '../../lambdas/oauth/tokens/issue.ts';
import { readAccessToken } from '../../lambdas/oauth/tokens/read-access-token.ts';
import type { GrantTerms } from '../../lambdas/ports/grants.ts';
import type { IdentityProvider, Role } from '../../lambdas/ports/identity-providers.ts';
import type { Agent, Client, Delegation, Resource } from '../../lambdas/ports/registry.ts';
import type { HeldToken, HolderStanding, TokenStandings } from '../../lambdas/ports/token-standing.ts';
import { after, type Instant } from '../../lambdas/runtime/clock.ts';
import type { AgentId, ClientId, GrantId, ResourceId, TaskId } from '../../lambdas/runtime/identifiers.ts';
import { Secret } from '../../lambdas/runtime/secret.ts';
import { aFamily, aGrant } from '../contract/store/mothers.ts';
import { fullBuckets, limitsOver } from '../unit/oauth/limits.ts';
import {
  aClient,
  aKeyRing,
  anAgent,
  aResource,
  aSigningKey,
  issuer,
  now,
  processSigner,
  registryOf,
  scopes,
  theSecret,
  tokenEndpointUrl,
  uri,
} from '../unit/oauth/mothers.ts';
import { anId, askedUpstream, grantsInHand } from './grants-in-hand.ts';
import {
  clientOf,
  type Got,
  type Opened,
  type Place,
  places,
  scopeNames,
  uriOf,
  type WorldInput,
} from './places-of-exchanges.ts';
import { tasksInHand } from './tasks-in-hand.ts';

const isAgent = (place: Place): boolean => place.startsWith('agent');
const assistant = 'assistant-client';

export interface World {
  /** The person's token, before anybody exchanged it. */
  readonly root: () => Promise<Got>;
  readonly exchange: (by: Place, token: string, target: Place, scope?: string) => Promise<Got | undefined>;
  readonly open: (by: Place, token: string, target: Place) => Promise<Opened | undefined>;
  /** Ten seconds later; with what is current from then on. */
  readonly refresh: (opened: Opened) => Promise<{ readonly got: Got; readonly opened: Opened } | undefined>;
  /** Whether the token counts now, as introspection judges it. */
  readonly counts: (token: Got) => Promise<boolean>;
  readonly revoke: (token: Got) => void;
  readonly endGrant: () => void;
  readonly endTask: (id: TaskId) => void;
  readonly disable: (id: string) => void;
  readonly enable: (id: string) => void;
  readonly wait: (seconds: number) => void;
  readonly is: {
    readonly revoked: (jti: string) => boolean;
    readonly disabled: (id: string) => boolean;
    readonly overTask: (id: TaskId) => boolean;
    readonly now: () => Instant;
  };
}

/** A deployment whose token endpoint decides as the deployed one, over a registry and standings that a test may change. */
export function aWorld(input: WorldInput): World {
  const { rules, held, maximumDepth, root } = input;
  const disabled = new Set<string>();
  const revoked = new Set<string>();
  const tasks = tasksInHand(input, assistant as ClientId);
  let hasGrantEnded = false;
  let clock: Instant = now;

  const stateOf = (id: string) => (disabled.has(id) ? ('disabled' as const) : ('active' as const));
  const delegationsOf = (place: Place): { readonly delegations?: readonly Delegation[] } => {
    const own = rules.filter(({ by }) => by === place);
    if (own.length === 0) return {};
    return {
      delegations: own.map(({ target, scopes: given, subjects, mode, refresh }) => ({
        ...{ resource: uri(uriOf(target)), subjects, mode, ...(refresh && { refresh }) },
        scopes: given.map(({ name, from }) => ({ name: scopes(name)[0]!, from: scopes(...from) })),
      })),
    };
  };
  const entries = () => ({
    agents: places
      .filter(isAgent)
      .map((place): Agent =>
        anAgent({ id: place as string as AgentId, state: stateOf(place), ...delegationsOf(place) }),
      ),
    resources: places.map((place): Resource =>
      aResource({
        ...{ id: `${place}-place` as ResourceId, uri: uri(uriOf(place)) },
        scopes: scopeNames.map((name) => ({ name: scopes(name)[0]!, description: name })),
        ...(isAgent(place)
          ? { kind: 'agent' as const, agentId: place as string as AgentId }
          : delegationsOf(place)),
      }),
    ),
    clients: [
      ...places.map(clientFor),
      withoutAgent(aClient({ id: assistant as ClientId, state: stateOf(assistant) })),
    ],
  });
  const clientFor = (place: Place): Client => {
    const client = aClient({
      ...{
        id: clientOf(place) as ClientId,
        agentId: place as string as AgentId,
        state: stateOf(clientOf(place)),
      },
      grantTypes: ['urn:ietf:params:oauth:grant-type:token-exchange', 'refresh_token'],
    });
    return isAgent(place) ? client : { ...withoutAgent(client), resource: uri(uriOf(place)) };
  };

  const holderOf = ({ jti, clientId, agentId }: HeldToken): HolderStanding => {
    const { clients, agents } = entries();
    const client = clients.find(({ id }) => id === clientId);
    const agent = agents.find(({ id }) => id === agentId);
    return { isRevoked: revoked.has(jti), ...(client && { client }), ...(agent && { agent }) };
  };
  const { person, ...terms } = aGrant().terms;
  const grant: GrantTerms = {
    ...{ ...terms, id: 'granted' as GrantId, clientId: assistant as ClientId },
    ...{ resource: uri(uriOf(root.place)), scope: scopes(...root.scope), offline: true },
    person: { ...person, roles: ['clerk'] },
  };
  const { grants, kept } = grantsInHand();
  const standings: TokenStandings = {
    read: ({ chain = [], resource, target, familyId, tasks: ofTasks, ...names }) => {
      const { resources } = entries();
      const [asked, aimed] = [resource, target].map((of) => resources.find((one) => one.uri === of));
      const opened = familyId && kept.get(familyId);
      return Promise.resolve({
        ...holderOf(names),
        chain: chain.map(holderOf),
        ...(asked && { resource: asked }),
        ...(aimed && { target: aimed }),
        grant: {
          ...{ terms: grant, family: aFamily() },
          ...(hasGrantEnded && { ended: { at: clock, reason: 'revoked' } }),
        },
        ...(opened && { family: opened }),
        ...(ofTasks && { tasks: ofTasks.map(tasks.standing) }),
      });
    },
  };
  const roles: readonly Role[] | undefined = held && [
    {
      ...{ name: 'clerk', groups: 'everyone' },
      scopes: places.map((place) => ({ resource: uri(uriOf(place)), names: scopes(...held[place]) })),
    },
  ];
  const { state, managedBy, createdAt, updatedAt } = aResource();
  const idp: IdentityProvider = {
    ...{ state, managedBy, createdAt, updatedAt, id: grant.person.idp, name: 'Company', profile: 'generic' },
    ...{ issuer: 'https://idp.example.com', clientId: 'vestibule', clientProof: { method: 'client_secret' } },
    ...{ dpop: false, scopes: ['openid'], domains: [], subjectClaim: 'sub', onLogout: 'sessions' },
    ...(roles && { roles }),
  };
  const registry = {
    resources: (...of: Parameters<ReturnType<typeof registryOf>['resources']>) =>
      registryOf(entries()).resources(...of),
    view: (...of: Parameters<ReturnType<typeof registryOf>['view']>) => registryOf(entries()).view(...of),
  };
  const keyRings = { current: () => Promise.resolve(aKeyRing(aSigningKey())) };
  const opaque = { find: () => Promise.resolve(undefined), keep: () => Promise.resolve() };
  let drawn = 0;
  const random = () => `random-${(drawn += 1)}`;
  const issue = tokenIssuer({
    ...{ issuer, lifetimeSeconds: 900, keyRings, opaque, random },
    signer: processSigner,
  });
  const life = { idle: 2_592_000, absolute: 7_776_000 };
  const exchanges: ExchangePorts = {
    ...{ registry, issuer, maximumDepth, people: { grants, random: anId, life } },
    apis: {
      find: () => Promise.resolve(undefined),
      exchange: () => Promise.reject(new Error('there is no API')),
    },
    identityProviders: { all: () => Promise.resolve([idp]) },
    subjects: [ownTokens({ issuer, keyRings, opaque, standings, documentPolicy: undefined, anchors: [] })],
    judgeActor: () => Promise.resolve({ ok: true, value: true }),
  };
  const ofPeople = {
    ...{ issuer, registry, grants, random: anId, life, standings: askedUpstream },
    identityProviders: exchanges.identityProviders,
  };
  const planExchanged = exchangedPlans({
    ...{ ...ofPeople, exchanges, documentPolicy: undefined, tokenStandings: standings },
  });
  const requestToken = tokenEndpoint({
    ...{ endpoint: 'token', issuer, mutualTls: undefined, nonces: undefined, issue, random },
    authenticateClient: clientAuthentication({
      registry,
      keys: clientKeys({
        fetchJson: () => Promise.resolve({ ok: false, refusal: { reason: 'unreachable' } }),
      }),
      audiences: { issuer, tokenEndpoint: tokenEndpointUrl },
      issuerHosts: 'public',
    }),
    limits: limitsOver(fullBuckets),
    grants: [tokenExchangeGrant(exchanges), refreshTokenGrant({ ...ofPeople, planExchanged })],
    replay: { markUsed: () => Promise.resolve(true) },
    proofs: { markUsed: () => Promise.resolve(true) },
    audit: () => undefined,
  });

  const read = async (text: string): Promise<Got> => {
    const claims = await readAccessToken(text, { issuer, ring: await keyRings.current() }, clock);
    if (!claims.ok) throw new Error(`we cannot read what we wrote: ${claims.refusal.reason}`);
    return { text, claims: claims.value };
  };

  const ofSubject = (token: string) => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    ...{ subject_token: token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
  });
  const ask = async (by: Place, form: Readonly<Record<string, string>>, target?: Place) => {
    const outcome = await requestToken(
      {
        parameters: {
          values: new Map(Object.entries(form)),
          resources: target === undefined ? [] : [uriOf(target)],
        },
        authorization: { kind: 'basic', clientId: clientOf(by), secret: new Secret(theSecret) },
        ...{ requestId: 'request-1', sourceAddress: '192.0.2.1', proof: undefined, certificate: undefined },
      },
      clock,
    );
    return outcome.ok ? outcome.value : undefined;
  };

  return {
    root: async () => {
      const resource = entries().resources.find(({ uri: of }) => of === uriOf(root.place))!;
      const plan = {
        ...{
          subject: grant.person.id,
          clientId: assistant as ClientId,
          audience: resource.audience,
          resource,
        },
        ...{ scope: scopes(...root.scope), granted: { id: grant.id, roles: ['clerk'] } },
        until: after(clock, root.life),
        ...tasks.chain,
      };
      return read((await issue({ plan }, clock)).accessToken);
    },
    exchange: async (by, token, target, scope) => {
      const got = await ask(by, { ...ofSubject(token), ...(scope !== undefined && { scope }) }, target);
      return got && read(got.accessToken);
    },
    open: async (by, token, target) => {
      const requested = 'urn:ietf:params:oauth:token-type:refresh_token';
      const got = await ask(by, { ...ofSubject(token), requested_token_type: requested }, target);
      return got && { by, target, current: got.accessToken };
    },
    refresh: async ({ by, target, current }) => {
      clock = after(clock, 10);
      const got = await ask(by, { grant_type: 'refresh_token', refresh_token: current });
      if (got?.refreshToken === undefined) return undefined;
      const opened = { by, target, current: got.refreshToken.reveal() };
      return { got: await read(got.accessToken), opened };
    },
    counts: async ({ text, claims }) => {
      const found = await readAccessToken(text, { issuer, ring: await keyRings.current() }, clock);
      if (!found.ok) return false;
      return (
        endOf(claims, await standings.read(tokenNames(claims)), { documentPolicy: undefined }) === undefined
      );
    },
    revoke: ({ claims }) => revoked.add(claims.jti),
    endGrant: () => {
      hasGrantEnded = true;
    },
    endTask: tasks.end,
    disable: (id) => disabled.add(id),
    enable: (id) => disabled.delete(id),
    wait: (seconds) => {
      clock = after(clock, seconds);
    },
    is: {
      revoked: (jti) => revoked.has(jti),
      disabled: (id) => disabled.has(id),
      overTask: tasks.isOver,
      now: () => clock,
    },
  };
}

function withoutAgent(client: Client): Client {
  return Object.fromEntries(
    Object.entries(client).filter(([name]) => name !== 'agentId'),
  ) as unknown as Client;
}
