import type { EgressProvider } from '../../ports/egress-providers.ts';
import type { Snake } from '../member-names.ts';
import { factsOfRevocation } from './egress-revocation.ts';

/** The parts of a declaration, which have to fit each other. */
type Declared = Snake<Pick<EgressProvider, 'scopes' | 'api' | 'credential' | 'agents' | 'groups'>>;

export function scopesProblem(declared: Pick<Declared, 'scopes' | 'api' | 'credential'>): string | undefined {
  return originProblem(declared) ?? upstreamProblem(declared);
}

function originProblem({ scopes: all, api }: Pick<Declared, 'scopes' | 'api'>): string | undefined {
  const named = all.flatMap(({ rules }) => rules.flatMap(({ origin }) => origin ?? []));
  const unknown = named.find((origin) => !api.origins.includes(origin));
  return (
    unknown &&
    `has a rule for ${unknown}, which is no origin of the provider; it has ${api.origins.join(', ')}`
  );
}

/** What scopes of the provider look like, by how its tokens are had. */
function upstreamProblem({
  scopes: all,
  credential,
}: Pick<Declared, 'scopes' | 'credential'>): string | undefined {
  const named = all.flatMap(({ upstream }) => upstream);
  const [first] = named;
  if (credential.kind === 'api_key' || credential.kind === 'basic') {
    return (
      first &&
      `names ${first} of the provider, and nobody asks it for scopes with such a credential; remove it`
    );
  }
  if (credential.kind === 'github_app') {
    const other = named.find((name) => !/^[a-z_]+:(?:read|write|admin)$/.test(name));
    return other && `names ${other}, which is no permission of a GitHub App; write one such as issues:read`;
  }
  const split = named.find((name) => name.includes(credential.scope_separator));
  return split && `names ${split}, which would be two scopes of the provider; write each on its own`;
}

function factsOf(credential: Declared['credential']): readonly string[] {
  return 'answer' in credential ? credential.answer.facts.map(({ name }) => name) : [];
}

export function factProblem({ api, credential }: Pick<Declared, 'api' | 'credential'>): string | undefined {
  const { origin_fact: fact } = api;
  if (fact === undefined || factsOf(credential).includes(fact)) return undefined;
  return `has its origin in ${fact}, which is no fact of the credential; name it in credential.answer.facts`;
}

/** What an agent sent there would stand where our own key does. */
export function keyProblem({ api, credential }: Pick<Declared, 'api' | 'credential'>): string | undefined {
  if (credential.kind !== 'api_key' || credential.place !== 'header') return undefined;
  const key = credential.name.toLowerCase();
  return api.request_headers?.includes(key) === true
    ? `lets agents send ${key}, in which the credential is; remove it from request_headers`
    : undefined;
}

export function revocationProblem({ credential }: Pick<Declared, 'credential'>): string | undefined {
  if (credential.kind !== 'oauth2') return undefined;
  const facts = factsOf(credential);
  const unknown = factsOfRevocation(credential.revocation).find((name) => !facts.includes(name));
  return (
    unknown &&
    `names ${unknown} in its revocation, which is no fact of it; name it in credential.answer.facts`
  );
}

/** Whether the provider gives tokens of fewer scopes than the connection has. */
function narrows(credential: Declared['credential']): boolean {
  if (credential.kind === 'github_app') return true;
  return credential.kind === 'oauth2' && credential.refresh.narrows === true;
}

export function agentsProblem({
  scopes: all,
  agents,
  credential,
}: Pick<Declared, 'scopes' | 'agents' | 'credential'>): string | undefined {
  const defined: readonly string[] = all.map(({ name }) => name);
  const unknown = agents.flatMap((agent) => agent.scopes).find((name) => !defined.includes(name));
  if (unknown !== undefined) {
    return `names ${unknown}, which is no scope of the provider; it defines ${defined.join(', ')}`;
  }
  const given = agents.find(({ provider_tokens: tokens }) => tokens === true);
  if (given === undefined || narrows(credential)) return undefined;
  return `gives "${given.agent}" tokens of the provider, which has none of fewer scopes; remove provider_tokens`;
}

export function groupsProblem({
  agents,
  groups: all,
  credential,
}: Pick<Declared, 'agents' | 'groups' | 'credential'>): string | undefined {
  if (all.length > 0 && credential.kind !== 'oauth2') {
    return "belongs to accounts that people connect, and this one is the deployment's own; remove it";
  }
  const offered = new Set(agents.map(({ agent }) => agent));
  const unknown = all.flatMap((group) => group.agents).find((agent) => !offered.has(agent));
  return unknown && `names "${unknown}", which is not among agents; say there what it may do`;
}
