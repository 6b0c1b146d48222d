import { peopleConfig } from './broken-people.ts';

const files = {
  id: 'files-api',
  uri: 'https://api.example.com/files',
  idp: 'company',
  strategy: { kind: 'rfc8693', audience: 'files' },
  scopes: { read: 'files.read' },
};

const entra = {
  ...{ id: 'entra', clientId: 'vestibule' },
  issuer: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0',
};
const okta = { id: 'okta', clientId: 'vestibule', issuer: 'https://example.okta.com' };
const keyed = {
  ...okta,
  issuer: 'https://example.okta.com/oauth2/default',
  authentication: { method: 'private_key_jwt', alg: 'RS256' },
};

function withApi(api: object, idp?: object): unknown {
  const { identityProviders } = peopleConfig;
  return {
    ...peopleConfig,
    identityProviders: [...identityProviders, ...(idp === undefined ? [] : [idp])],
    downstreamApis: [{ ...files, ...api }],
  };
}

/** The same with an MCP server that may call the API so. */
function acting(rule: object): unknown {
  const search = {
    id: 'search',
    uri: 'https://mcp.example.com/search',
    name: 'Search',
    scopes: { find: 'Find' },
  };
  const resources = [...peopleConfig.resources, { ...search, onBehalfOf: { 'files-api': rule } }];
  return { ...(withApi({}) as object), resources };
}

/** A config with an API behind its identity provider. */
export const apiConfig = withApi({});

/** What is wrong with an API, the config, and the one problem that is told of it. */
export const brokenApis: readonly (readonly [string, unknown, string])[] = [
  [
    'an API by the id of a resource',
    withApi({ id: 'files' }),
    "downstreamApis[0].id: 'files' is the id of resources[0] too; choose another",
  ],
  [
    'an API by the URI of a resource',
    withApi({ uri: 'https://mcp.example.com/files' }),
    "downstreamApis[0].uri: 'https://mcp.example.com/files' is that of resources[0] too; an API has one of its own",
  ],
  [
    'an API behind nobody',
    withApi({ idp: 'compnay' }),
    "downstreamApis[0].idp: 'compnay' is no identity provider of this config; did you mean 'company'?",
  ],
  [
    'an API where nobody signs in',
    { ...(withApi({}) as object), identityProviders: undefined, roles: undefined },
    "downstreamApis[0].idp: 'company' is no identity provider of this config; the config has no identityProviders: add it",
  ],
  [
    'an API without a scope',
    withApi({ scopes: [] }),
    'downstreamApis[0].scopes: names no scope; a token without a scope allows nothing',
  ],
  [
    'an API with a scope of two words',
    withApi({ scopes: { read: 'files read' } }),
    "downstreamApis[0].scopes.read: 'files read' is no name that a provider knows; write 1 to 512 printable characters without spaces",
  ],
  [
    'an unknown strategy',
    withApi({ strategy: { kind: 'keyclaok', audience: 'files' } }),
    "downstreamApis[0].strategy.kind: 'keyclaok' is no strategy; did you mean 'keycloak'?",
  ],
  [
    'a strategy of another provider',
    withApi({ strategy: { kind: 'keycloak', audience: 'files' } }),
    "downstreamApis[0].strategy: is 'keycloak', and 'company' is of the profile 'generic'; write one of rfc8693",
  ],
  [
    'token exchange at Entra',
    withApi({ idp: 'entra' }, entra),
    "downstreamApis[0].strategy: is 'rfc8693', and 'entra' is of the profile 'entra'; write one of entra-obo, entra-agent-id",
  ],
  [
    'all tenants of Entra at once',
    withApi(
      { idp: 'entra', strategy: { kind: 'entra-obo' } },
      {
        ...entra,
        issuer: 'https://login.microsoftonline.com/organizations/v2.0',
        tenants: ['72f988bf-86f1-41af-91ab-2d7cd011db47'],
      },
    ),
    "downstreamApis[0].strategy: asks one tenant of Entra, and 'entra' is that of all; name an identity provider for the tenant",
  ],
  [
    'tokens of an Okta org',
    withApi(
      { idp: 'okta', strategy: { kind: 'okta', audience: 'api://files', client: { id: 'service' } } },
      okta,
    ),
    "downstreamApis[0].strategy: exchanges tokens of a custom authorization server, and 'okta' is an org; let people sign in at 'https://example.okta.com/oauth2/<id>'",
  ],
  [
    'an authorization server of another org',
    withApi(
      {
        idp: 'okta',
        strategy: {
          ...{ kind: 'okta', audience: 'api://files', client: { id: 'service' } },
          issuer: 'https://other.okta.com/oauth2/files',
        },
      },
      { ...okta, issuer: 'https://example.okta.com/oauth2/default' },
    ),
    "downstreamApis[0].strategy: names 'https://other.okta.com/oauth2/files', which is in another org than 'okta'; name an authorization server of the same",
  ],
  [
    'a secret beside keys',
    withApi(
      {
        idp: 'okta',
        strategy: {
          ...{ kind: 'okta', audience: 'api://files' },
          client: {
            id: 'service',
            secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:service',
          },
        },
      },
      keyed,
    ),
    "downstreamApis[0].strategy.client.secretArn: is read by nobody: at 'okta' clients prove themselves by keys; remove it",
  ],
  [
    'an agent that nobody knows',
    withApi({ agents: { rboot: ['read'] } }),
    "downstreamApis[0].agents.rboot: 'rboot' is no agent of this config; did you mean 'robot'?",
  ],
  [
    'an agent that gets a scope no API has',
    withApi({ agents: { robot: ['raed'] } }),
    "downstreamApis[0].agents.robot: 'raed' is no scope of the API; did you mean 'read'?",
  ],
  [
    'an agent that gets no scope',
    withApi({ agents: { robot: [] } }),
    'downstreamApis[0].agents.robot: names no scope; a token without a scope allows nothing',
  ],
  ['no agent at all', withApi({ agents: {} }), 'downstreamApis[0].agents: names no agent; leave it out'],
  [
    'an agent by an ID-JAG, which is of a person',
    withApi(
      {
        ...{ idp: 'okta', agents: { robot: ['read'] } },
        strategy: {
          ...{ kind: 'okta-agent', audience: 'https://as.example.com', client: { id: 'service' } },
          tokenEndpoint: 'https://as.example.com/token',
        },
      },
      okta,
    ),
    "downstreamApis[0].agents: get nothing by 'okta-agent', which gives tokens in the name of people alone; remove them, or write the strategy 'okta'",
  ],
  [
    'an agent by the app client that people sign in with',
    withApi(
      {
        ...{ idp: 'cognito', agents: { robot: ['read'] } },
        strategy: { kind: 'cognito', audience: 'files' },
      },
      {
        ...{ id: 'cognito', clientId: 'vestibule' },
        issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123',
      },
    ),
    'downstreamApis[0].agents: get nothing by the app client that people sign in with, which has no client credentials; name another one in strategy.client',
  ],
  [
    'a rule that has a provider not say who acts',
    acting({ scopes: { read: ['find'] }, impersonation: true }),
    "resources[1].onBehalfOf['files-api'].impersonation: is nothing that tokens of a downstream API can be had with; remove it",
  ],
  [
    'a rule that promises refresh tokens of a provider',
    acting({ scopes: { read: ['find'] }, refreshTokens: true }),
    "resources[1].onBehalfOf['files-api'].refreshTokens: is nothing that tokens of a downstream API can be had with; remove it",
  ],
  [
    'a rule that gives a scope no API has',
    acting({ scopes: { raed: ['find'] } }),
    "resources[1].onBehalfOf['files-api'].scopes: 'raed' is no scope of resource 'files-api'; did you mean 'read'?",
  ],
  [
    'a role that gives a scope no API has',
    {
      ...(withApi({}) as object),
      roles: [{ id: 'staff', groups: 'everyone', scopes: { 'files-api': ['raed'] } }],
    },
    "roles[0].scopes['files-api'][0]: 'raed' is no scope of resource 'files-api'; did you mean 'read'?",
  ],
];
