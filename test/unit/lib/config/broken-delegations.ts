import { soundConfig } from './a-config.ts';

const [files] = soundConfig.resources;
const [robot] = soundConfig.agents;

/** An agent that answers at its own resource and may read files in the name of who asks it, and an MCP server as well. */
const desk = {
  id: 'desk',
  uri: 'https://agents.example.com/desk',
  kind: 'agent',
  agent: 'robot',
  name: 'Desk',
  scopes: { ask: 'Ask' },
};
const search = {
  id: 'search',
  uri: 'https://mcp.example.com/search',
  name: 'Search',
  scopes: { find: 'Find' },
};

interface Changes {
  readonly agent?: object;
  readonly desk?: object;
  readonly search?: object;
}

export function delegating(changes: Changes = {}): object {
  return {
    ...soundConfig,
    resources: [files, { ...desk, ...changes.desk }, { ...search, ...changes.search }],
    agents: [{ ...robot, onBehalfOf: { files: { scopes: { read: ['ask'] } } }, ...changes.agent }],
  };
}

const agentTo = (target: string, delegation: object): object =>
  delegating({ agent: { onBehalfOf: { [target]: delegation } } });

/** What is wrong with what is done in the name of others, the config, and the one problem that is told of it. */
export const brokenDelegations: readonly (readonly [string, unknown, string])[] = [
  [
    'an unknown target',
    agentTo('file', { scopes: { read: ['ask'] } }),
    "agents[0].onBehalfOf.file: 'file' is no resource of this config; did you mean 'files'?",
  ],
  [
    'the agent itself as its target',
    agentTo('desk', { scopes: ['ask'] }),
    "agents[0].onBehalfOf.desk: 'desk' is its own resource, for which callers get tokens of their own; remove it",
  ],
  [
    'an unknown scope of the target',
    agentTo('files', { scopes: { reed: ['ask'] } }),
    "agents[0].onBehalfOf.files.scopes: 'reed' is no scope of resource 'files'; did you mean 'read'?",
  ],
  [
    'a scope from one that callers never hold',
    agentTo('files', { scopes: { read: ['aks'] } }),
    "agents[0].onBehalfOf.files.scopes.read: 'aks' is no scope of resource 'desk'; did you mean 'ask'?",
  ],
  [
    'a scope of the same name that callers never hold',
    agentTo('files', { scopes: ['read'] }),
    "agents[0].onBehalfOf.files.scopes: 'read' is no scope of resource 'desk'; use one of ask",
  ],
  [
    'no target',
    delegating({ agent: { onBehalfOf: {} } }),
    "agents[0].onBehalfOf: names no resource; leave it out for who acts in nobody's name",
  ],
  [
    'no scope',
    agentTo('files', { scopes: [] }),
    'agents[0].onBehalfOf.files.scopes: names no scope; write those of the target',
  ],
  [
    'no scope in a map',
    agentTo('files', { scopes: {} }),
    'agents[0].onBehalfOf.files.scopes: names no scope; write those of the target',
  ],
  [
    'a scope from none',
    agentTo('files', { scopes: { read: [] } }),
    'agents[0].onBehalfOf.files.scopes.read: names no scope; write those of which the token that was sent holds one',
  ],
  [
    'a wildcard',
    agentTo('files', { scopes: { 'x:*': ['ask'] } }),
    "agents[0].onBehalfOf.files.scopes: 'x:*' is a wildcard; name each scope",
  ],
  [
    'a subject of no kind',
    agentTo('files', { scopes: { read: ['ask'] }, subjects: ['robot'] }),
    "agents[0].onBehalfOf.files.subjects[0]: 'robot' is none of person, agent, workload",
  ],
  [
    'no subject',
    agentTo('files', { scopes: { read: ['ask'] }, subjects: [] }),
    'agents[0].onBehalfOf.files.subjects: names nobody; leave it out for people',
  ],
  [
    'a word for impersonation',
    agentTo('files', { scopes: { read: ['ask'] }, impersonation: 'yes' }),
    "agents[0].onBehalfOf.files.impersonation: 'yes' is not true or false",
  ],
  [
    'refresh tokens in the name of nobody who lets somebody go on',
    agentTo('files', { scopes: { read: ['ask'] }, subjects: ['agent'], refreshTokens: true }),
    "agents[0].onBehalfOf.files.refreshTokens: is of people, and subjects has none; add 'person' there, or remove it",
  ],
  [
    'refresh tokens where nobody signs in',
    agentTo('files', { scopes: { read: ['ask'] }, refreshTokens: true }),
    'agents[0].onBehalfOf.files.refreshTokens: is of people who sign in, and there are no identityProviders; remove it',
  ],
  [
    'an unknown field',
    agentTo('files', { scopes: { read: ['ask'] }, refreshToken: true }),
    "agents[0].onBehalfOf.files.refreshToken: is no field; did you mean 'refreshTokens'?",
  ],
  [
    'an agent at whose resource it stands',
    delegating({ desk: { onBehalfOf: { files: { scopes: { read: ['ask'] } } } } }),
    "resources[1].onBehalfOf: stands on a resource that agent 'robot' answers at; write it at that agent",
  ],
  [
    'an MCP server as its own target',
    delegating({ search: { onBehalfOf: { search: { scopes: ['find'] } } } }),
    "resources[2].onBehalfOf.search: 'search' is its own resource, for which callers get tokens of their own; remove it",
  ],
  [
    'a scope from one that an MCP server does not define',
    delegating({ search: { onBehalfOf: { files: { scopes: { read: ['fin'] } } } } }),
    "resources[2].onBehalfOf.files.scopes.read: 'fin' is no scope of resource 'search'; did you mean 'find'?",
  ],
  [
    'an actor that is no agent',
    delegating({ search: { actor: 'search' } }),
    "resources[2].actor: 'search' is no agent of this config; use one of robot",
  ],
  [
    'an actor that may do nothing',
    delegating({ agent: { onBehalfOf: undefined }, search: { actor: 'robot' } }),
    "resources[2].actor: 'robot' may do nothing in the name of others, and nobody else may then; give that agent onBehalfOf",
  ],
];
