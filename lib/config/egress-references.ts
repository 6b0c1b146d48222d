import { didYouMean, pathOf, type Problem, show, unknownReference } from './problem.ts';
import type { SoundParts } from './sound-parts.ts';

type Provider = SoundParts['egress'][number];

/** What third parties say about agents, roles and each other. */
export function egressProblems(config: SoundParts): readonly Problem[] {
  return config.egress.flatMap((provider, index) => [
    ...nameOf(provider, index, config),
    ...wholeness(provider, index),
    ...credentialOf(provider, index, config),
    ...groupsOf(provider, index, config),
    ...providerTokensOf(provider, index, config),
  ]);
}

/** The config as agents and roles see it: they name third parties by their ids and scopes, like resources. */
export function withThirdParties(config: SoundParts): SoundParts {
  const targets = config.egress.map(({ id, scopes }): SoundParts['resources'][number] => ({
    ...{ id, name: id, scopes: { ...scopes }, uri: `(egress) ${id}` },
    ...{ audience: undefined, kind: undefined, agent: undefined, onBehalfOf: undefined, actor: undefined },
  }));
  return { ...config, resources: [...config.resources, ...targets] };
}

function nameOf({ id }: Provider, index: number, config: SoundParts): readonly Problem[] {
  const taken = [
    ...config.resources.map((thing, at) => ({ id: thing.id, at: pathOf(['resources', at]) })),
    ...config.downstreamApis.map((thing, at) => ({ id: thing.id, at: pathOf(['downstreamApis', at]) })),
    ...config.egress
      .slice(0, index)
      .map((thing, at) => ({ id: thing.id, at: pathOf(['egress', 'providers', at]) })),
  ];
  return taken
    .filter((thing) => thing.id === id)
    .map(({ at }) => problem([index, 'id'], `${show(id)} is the id of ${at} too; choose another`));
}

/** What nobody says, and what is not built in. */
function wholeness({ credential, origins, scopes }: Provider, index: number): readonly Problem[] {
  const fix = "is missing; write it, or name what is built in: uses: 'github'";
  return [
    ...(credential === undefined ? [problem([index, 'credential'], fix)] : []),
    ...(origins === 0 ? [problem([index, 'api'], fix)] : []),
    ...(Object.keys(scopes).length === 0 ? [problem([index, 'scopes'], fix)] : []),
  ];
}

const kinds = ['oauth2', 'client_credentials', 'github_app', 'api_key', 'basic'];
const byClient = ['oauth2', 'client_credentials', 'github_app'];

function credentialOf(provider: Provider, index: number, config: SoundParts): readonly Problem[] {
  const { credential } = provider;
  if (credential === undefined || !kinds.includes(credential.kind)) return [];
  return [...knownBy(provider, credential, index), ...accountsOf(provider, credential, index, config)];
}

type Credential = NonNullable<Provider['credential']>;

/** By what the provider knows the deployment. */
function knownBy(
  { clientId, secretArn }: Provider,
  { kind, clientAuthentication }: Credential,
  index: number,
): readonly Problem[] {
  const hasClient = byClient.includes(kind);
  const hasNoSecret = kind === 'github_app' || clientAuthentication === 'none';
  return [
    ...(hasClient && clientId === undefined
      ? [problem([index, 'clientId'], 'is missing; write that of your app at the provider')]
      : []),
    ...(!hasClient && clientId !== undefined
      ? [problem([index, 'clientId'], `is read by nobody with a credential of kind ${show(kind)}; remove it`)]
      : []),
    ...(hasNoSecret && secretArn !== undefined
      ? [problem([index, 'secretArn'], 'is read by nobody: the provider knows you by no secret; remove it')]
      : []),
  ];
}

/** Whose accounts are used. */
function accountsOf(
  { groups }: Provider,
  { kind }: Credential,
  index: number,
  { identityProviders }: SoundParts,
): readonly Problem[] {
  if (kind === 'oauth2') {
    const text = 'is of accounts that people connect, and nobody signs in here; add identityProviders';
    return identityProviders.length > 0 ? [] : [problem([index, 'credential'], text)];
  }
  const text = "are for accounts that people connect, and this one is the deployment's own; remove them";
  return groups.length > 0 ? [problem([index, 'groups'], text)] : [];
}

function groupsOf({ id, groups }: Provider, index: number, config: SoundParts): readonly Problem[] {
  const seen = new Map<string, string>();
  return groups.flatMap(({ id: group, agents, connectedBy }, position) => [
    ...(group !== undefined && groups.findIndex((each) => each.id === group) < position
      ? [
          problem(
            [index, 'groups', position, 'id'],
            `${show(group)} is the id of another group too; choose another`,
          ),
        ]
      : []),
    ...agents.flatMap((agent, at) => {
      const path = pathOf(['egress', 'providers', index, 'groups', position, 'agents', at]);
      const unknown = unknownReference(path, agent, 'agent', config.agents);
      if (unknown.length > 0) return unknown;
      const before = seen.get(agent);
      seen.set(agent, path);
      if (before !== undefined) {
        return [
          { path, text: `${show(agent)} is named at ${before} too; an agent uses the account of one group` },
        ];
      }
      const has = config.agents.some((each) => each.id === agent && each.scopes[id] !== undefined);
      const text = `${show(agent)} may do nothing there as itself; give it scopes[${show(id)}]`;
      return has ? [] : [{ path, text }];
    }),
    ...connectedBy.flatMap((role, at) =>
      roleOf(role, [index, 'groups', position, 'connectedBy', at], config),
    ),
  ]);
}

function roleOf(role: string, path: readonly (string | number)[], { roles }: SoundParts): readonly Problem[] {
  const ids = roles.map(({ id }) => id);
  if (ids.includes(role)) return [];
  const fix = ids.length === 0 ? 'the config has no roles: add it' : didYouMean(role, ids);
  return [problem(path, `${show(role)} is no role of this config; ${fix}`)];
}

function providerTokensOf(
  { id, credential, providerTokens }: Provider,
  index: number,
  { agents }: SoundParts,
): readonly Problem[] {
  if (providerTokens.length > 0 && credential !== undefined && !credential.narrows) {
    const text = 'are tokens of fewer scopes, which this provider does not give; remove them';
    return [problem([index, 'providerTokens'], text)];
  }
  return providerTokens.flatMap((agent, at) => {
    const path = pathOf(['egress', 'providers', index, 'providerTokens', at]);
    const unknown = unknownReference(path, agent, 'agent', agents);
    if (unknown.length > 0) return unknown;
    const uses = agents.some(
      (each) => each.id === agent && (each.scopes[id] !== undefined || each.onBehalfOf?.[id] !== undefined),
    );
    return uses ? [] : [{ path, text: `${show(agent)} may do nothing there; give it onBehalfOf or scopes` }];
  });
}

function problem(path: readonly (string | number)[], text: string): Problem {
  return { path: pathOf(['egress', 'providers', ...path]), text };
}
