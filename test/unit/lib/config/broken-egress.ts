import { peopleConfig } from './broken-people.ts';

const forge = {
  id: 'forge',
  clientId: 'vestibule-at-forge',
  credential: {
    kind: 'oauth2',
    authorizationEndpoint: 'https://forge.example.com/authorize',
    tokenEndpoint: 'https://forge.example.com/token',
    revocation: { kind: 'rfc7009', endpoint: 'https://forge.example.com/revoke' },
  },
  api: { origins: ['https://api.forge.example.com'] },
  scopes: { look: { description: 'Look at issues', upstream: ['issues'], rules: ['GET /issues/**'] } },
};
const byCall = (checkUrl: unknown) => ({
  ...{ kind: 'api', method: 'DELETE', url: 'https://forge.example.com/grant', authentication: 'client' },
  ...{ done: [204], checkUrl },
});
const apiKey = { kind: 'api_key', place: 'header', name: 'x-api-key' };
const [robot] = peopleConfig.agents;

function withForge(change: object, agent: object = {}): unknown {
  return {
    ...peopleConfig,
    agents: [{ ...robot, ...agent }],
    egress: { providers: [{ ...forge, ...change }] },
  };
}

function withRule(rule: unknown): unknown {
  return withForge({ scopes: { look: { description: 'Look', rules: [rule] } } });
}

const group = { id: 'robots', agents: ['robot'], connectedBy: ['staff'] };
const ownScopes = { scopes: { ...robot.scopes, forge: { required: ['look'] } } };

function withCheck(checkUrl: unknown): unknown {
  return withForge({ credential: { ...forge.credential, revocation: byCall(checkUrl) } });
}

/** Sound configs with third parties. */
export const egressConfigs: readonly unknown[] = [
  withForge({}),
  withCheck('https://forge.example.com/me'),
  withForge({}, ownScopes),
  withForge({}, { onBehalfOf: { forge: { scopes: { look: ['read'] } } } }),
  withForge({ groups: [group] }, ownScopes),
  withForge({ credential: apiKey, clientId: undefined }, ownScopes),
  { ...(withForge({}) as object), egress: { vault: 'secrets-manager', providers: [forge] } },
  withRule({ methods: ['POST'], path: '/graphql', body: [{ graphql: 'query' }] }),
  withForge({ uses: 'slack', credential: undefined, api: undefined, scopes: undefined }),
];

/** What is wrong with a third party, the config, and the one problem that is told of it. */
export const brokenEgress: readonly (readonly [string, unknown, string])[] = [
  [
    'a third party by the id of a resource',
    withForge({ id: 'files' }),
    "egress.providers[0].id: 'files' is the id of resources[0] too; choose another",
  ],
  [
    'two third parties of one id',
    { ...peopleConfig, egress: { providers: [forge, forge] } },
    "egress.providers[1].id: 'forge' is the id of egress.providers[0] too; choose another",
  ],
  [
    'a check that is no address',
    withCheck(404),
    'egress.providers[0].credential.revocation.checkUrl: 404 is not a text',
  ],
  [
    'what is not built in',
    withForge({ uses: 'slakc' }),
    "egress.providers[0].uses: 'slakc' is not built in; did you mean 'slack'?",
  ],
  [
    'a third party without an app of ours there',
    withForge({ clientId: undefined }),
    'egress.providers[0].clientId: is missing; write that of your app at the provider',
  ],
  [
    'a third party of which nobody says how its credential is had',
    withForge({ credential: undefined }),
    "egress.providers[0].credential: is missing; write it, or name what is built in: uses: 'github'",
  ],
  [
    'a kind of credential that is none',
    withForge({ credential: { kind: 'oauth' } }),
    "egress.providers[0].credential.kind: 'oauth' is no kind of credential; did you mean 'oauth2'?",
  ],
  [
    'an API without an origin',
    withForge({ api: undefined }),
    "egress.providers[0].api: is missing; write it, or name what is built in: uses: 'github'",
  ],
  [
    'an origin with a path',
    withForge({ api: { origins: ['https://api.forge.example.com/v1'] } }),
    "egress.providers[0].api.origins[0]: 'https://api.forge.example.com/v1' is more than an origin; write 'https://api.forge.example.com'",
  ],
  [
    'a rule that is none',
    withRule('read the issues'),
    "egress.providers[0].scopes.look.rules[0]: 'read the issues' is no rule; write it as 'GET /repos/*' or 'GET,POST /repos/**'",
  ],
  [
    'a rule that leaves its path',
    withRule('GET /issues/../users'),
    "egress.providers[0].scopes.look.rules[0]: '/issues/../users' is no path of a rule; write it as it is sent, such as '/repos/*/*/issues': '*' is one segment, '**' at the end are all that follow",
  ],
  [
    'a rule of a method that is none',
    withRule({ methods: ['GET', 'TRACE'], path: '/issues' }),
    "egress.providers[0].scopes.look.rules[0].methods[1]: 'TRACE' is no method; write one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
  ],
  [
    'a rule for a body that is none',
    withRule({ methods: ['POST'], path: '/issues', body: [{ pointer: 'team', absent: true }] }),
    "egress.providers[0].scopes.look.rules[0].body[0].pointer: 'team' is no JSON Pointer; write one such as '/team/id'",
  ],
  [
    'a tenant that is none',
    withForge({ tenant: 'a/b' }),
    "egress.providers[0].tenant: 'a/b' is no tenant; write its id or one of its domains",
  ],
  [
    'two groups of one id',
    {
      ...(withForge({ groups: [group, { ...group, agents: ['other'] }] }, ownScopes) as typeof peopleConfig),
      agents: [
        { ...robot, ...ownScopes, scopes: ownScopes.scopes },
        { id: 'other', owner: 'team', scopes: { forge: { required: ['look'] } } },
      ],
    },
    "egress.providers[0].groups[1].id: 'robots' is the id of another group too; choose another",
  ],
  [
    'a scope without rules',
    withForge({ scopes: { look: { description: 'Look', rules: [] } } }),
    'egress.providers[0].scopes.look.rules: names no rule; a scope without rules allows nothing',
  ],
  [
    'a name for a client that nobody reads',
    withForge({ credential: apiKey }),
    "egress.providers[0].clientId: is read by nobody with a credential of kind 'api_key'; remove it",
  ],
  [
    'a secret of a client that has none',
    withForge({
      credential: { ...forge.credential, clientAuthentication: 'none' },
      secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:forge-AbCdEf',
    }),
    'egress.providers[0].secretArn: is read by nobody: the provider knows you by no secret; remove it',
  ],
  [
    'accounts of people where nobody signs in',
    { ...(withForge({}) as object), identityProviders: undefined, roles: undefined },
    'egress.providers[0].credential: is of accounts that people connect, and nobody signs in here; add identityProviders',
  ],
  [
    'a group for an account that nobody connects',
    withForge({ credential: apiKey, clientId: undefined, groups: [group] }, ownScopes),
    "egress.providers[0].groups: are for accounts that people connect, and this one is the deployment's own; remove them",
  ],
  [
    'an agent in two groups',
    withForge({ groups: [group, { ...group, id: 'others' }] }, ownScopes),
    "egress.providers[0].groups[1].agents[0]: 'robot' is named at egress.providers[0].groups[0].agents[0] too; an agent uses the account of one group",
  ],
  [
    'a group of nobody that there is',
    withForge({ groups: [{ ...group, agents: ['robto'] }] }),
    "egress.providers[0].groups[0].agents[0]: 'robto' is no agent of this config; did you mean 'robot'?",
  ],
  [
    'a group whose agent may do nothing there',
    withForge({ groups: [group] }),
    "egress.providers[0].groups[0].agents[0]: 'robot' may do nothing there as itself; give it scopes['forge']",
  ],
  [
    'tokens of a provider that gives none of fewer scopes',
    withForge({ providerTokens: ['robot'] }, ownScopes),
    'egress.providers[0].providerTokens: are tokens of fewer scopes, which this provider does not give; remove them',
  ],
  [
    'a scope that is none there',
    withForge({}, { scopes: { ...robot.scopes, forge: { required: ['lok'] } } }),
    "agents[0].scopes.forge: 'lok' is no scope of resource 'forge'; did you mean 'look'?",
  ],
];
