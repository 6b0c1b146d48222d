import { soundConfig } from './a-config.ts';

const [files] = soundConfig.resources;
const [robot] = soundConfig.agents;
const [robotClient] = soundConfig.clients;

export const withIssuer = (url: string): unknown => ({
  ...soundConfig,
  issuer: { url, certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/1-a' },
});
export const withUri = (uri: string, profile?: 'dev'): unknown => ({
  ...soundConfig,
  ...(profile && { profile }),
  resources: [{ ...files, uri }],
});
export const withAgent = (change: object): unknown => ({ ...soundConfig, agents: [{ ...robot, ...change }] });
export const withClient = (change: object): unknown => ({
  ...soundConfig,
  clients: [{ ...robotClient, ...change }],
});
export const withKeys = (authentication: object): unknown =>
  withClient({ authentication: { method: 'private_key_jwt', ...authentication } });
export const withScopes = (scopes: unknown): unknown => ({
  ...soundConfig,
  resources: [{ ...files, scopes }],
  agents: [],
  clients: [],
});

/** What breaks the sound config, the config, and the one problem that is told of it. */
export const brokenConfigs: readonly (readonly [string, unknown, string])[] = [
  [
    'an issuer over http',
    withIssuer('http://auth.example.com'),
    "issuer.url: 'http://auth.example.com' is not https; write 'https://auth.example.com'",
  ],
  [
    'an issuer with a path',
    withIssuer('https://auth.example.com/oauth'),
    "issuer.url: 'https://auth.example.com/oauth' has a path; write 'https://auth.example.com'",
  ],
  [
    'an issuer with a slash',
    withIssuer('https://auth.example.com/'),
    "issuer.url: 'https://auth.example.com/' ends in a slash; write 'https://auth.example.com'",
  ],
  [
    'an issuer with a port',
    withIssuer('https://auth.example.com:8443'),
    "issuer.url: 'https://auth.example.com:8443' names a port; write 'https://auth.example.com'",
  ],
  [
    'an issuer with the default port',
    withIssuer('https://auth.example.com:443'),
    "issuer.url: 'https://auth.example.com:443' names a port; write 'https://auth.example.com'",
  ],
  [
    'an issuer with a query',
    withIssuer('https://auth.example.com?a=b'),
    "issuer.url: 'https://auth.example.com?a=b' has a query; write 'https://auth.example.com'",
  ],
  [
    'an issuer with a fragment',
    withIssuer('https://auth.example.com#a'),
    "issuer.url: 'https://auth.example.com#a' has a fragment; write 'https://auth.example.com'",
  ],
  [
    'an issuer in upper case',
    withIssuer('https://Auth.example.com'),
    "issuer.url: 'https://Auth.example.com' is not in lower case; write 'https://auth.example.com'",
  ],
  [
    'an issuer with a user',
    withIssuer('https://me@auth.example.com'),
    "issuer.url: 'https://me@auth.example.com' holds user information; write 'https://auth.example.com'",
  ],
  [
    'an issuer that is an address',
    withIssuer('https://10.0.0.1'),
    "issuer.url: 'https://10.0.0.1' names no public host; write a host name of yours, as 'https://auth.example.com'",
  ],
  [
    'an issuer that is no URL',
    withIssuer('auth.example.com'),
    "issuer.url: 'auth.example.com' is not a URL; write it as 'https://auth.example.com'",
  ],
  [
    'a wildcard scope of a resource',
    withScopes({ 'x:*': 'All' }),
    "resources[0].scopes: 'x:*' is a wildcard; name each scope",
  ],
  [
    'the wildcard itself',
    withScopes({ '*': 'All' }),
    "resources[0].scopes: '*' is a wildcard; name each scope",
  ],
  [
    'a reserved scope',
    withScopes({ openid: 'Sign in' }),
    "resources[0].scopes: 'openid' is reserved by OpenID Connect; choose another name",
  ],
  [
    'a scope with a space',
    withScopes({ 'a b': 'Both' }),
    `resources[0].scopes: 'a b' is not a scope name; use up to 128 printable characters without spaces, " and \\`,
  ],
  [
    'a resource without scopes',
    withScopes({}),
    'resources[0].scopes: names no scope; a token without a scope allows nothing',
  ],
  ['scopes that are a list', withScopes(5), 'resources[0].scopes: 5 is not an object'],
  ['an unknown field', { ...soundConfig, profil: 'dev' }, "profil: is no field; did you mean 'profile'?"],
  [
    'an unknown field of a resource',
    { ...soundConfig, resources: [{ ...files, audiance: 'x' }] },
    "resources[0].audiance: is no field; did you mean 'audience'?",
  ],
  [
    'a field like no other',
    { ...soundConfig, clients: [{ ...robotClient, zzzzzzzzzz: 1 }] },
    'clients[0].zzzzzzzzzz: is no field; use one of id, name, agent, resource, authentication, redirectUris, postLogoutRedirectUris, grants, consent, requirePushedRequests, dpopBoundAccessTokens, certificateBoundAccessTokens',
  ],
  ['an unknown profile', { ...soundConfig, profile: 'prod' }, "profile: 'prod' is none of production, dev"],
  [
    'a token that lives too long',
    { ...soundConfig, accessTokenMinutes: 61 },
    'accessTokenMinutes: 61 is out of range; write a whole number of minutes from 5 to 60',
  ],
  [
    'a token that lives half minutes',
    { ...soundConfig, accessTokenMinutes: 7.5 },
    'accessTokenMinutes: 7.5 is out of range; write a whole number of minutes from 5 to 60',
  ],
  [
    'a URI over http',
    withUri('http://mcp.example.com/mcp', 'dev'),
    "resources[0].uri: 'http://mcp.example.com/mcp' is not https; serve it over https",
  ],
  [
    'a URI on this machine, in production',
    withUri('http://localhost:9401/mcp'),
    "resources[0].uri: 'http://localhost:9401/mcp' is not https; only profile 'dev' admits http, on this machine",
  ],
  [
    'a URI with a trailing slash',
    withUri('https://mcp.example.com/'),
    "resources[0].uri: 'https://mcp.example.com/' is not in canonical form; write 'https://mcp.example.com'",
  ],
  [
    'a URI in upper case',
    withUri('HTTPS://MCP.example.com/Mcp'),
    "resources[0].uri: 'HTTPS://MCP.example.com/Mcp' is not in canonical form; write 'https://mcp.example.com/Mcp'",
  ],
  [
    'a URI with a fragment',
    withUri('https://mcp.example.com/#a'),
    "resources[0].uri: 'https://mcp.example.com/#a' has a fragment; remove it",
  ],
  [
    'a URI with a query',
    withUri('https://mcp.example.com/?a'),
    "resources[0].uri: 'https://mcp.example.com/?a' has a query; remove it",
  ],
  [
    'a URI with a user',
    withUri('https://me@mcp.example.com'),
    "resources[0].uri: 'https://me@mcp.example.com' holds user information; remove it",
  ],
  [
    'a relative URI',
    withUri('/mcp'),
    "resources[0].uri: '/mcp' is not an absolute URI; write it as 'https://mcp.example.com/mcp'",
  ],
  [
    'an id with a slash',
    withClient({ id: 'a/b' }),
    "clients[0].id: 'a/b' is not an id; use 1 to 64 of A-Z a-z 0-9 _ -",
  ],
  ['a missing owner', withAgent({ owner: undefined }), 'agents[0].owner: is missing; write a text'],
  [
    'an agent of an unknown resource',
    withAgent({ scopes: { file: { required: ['read'] } } }),
    "agents[0].scopes.file: 'file' is no resource of this config; did you mean 'files'?",
  ],
  [
    'a scope that the resource does not define',
    withAgent({ scopes: { files: { optional: ['raed'] } } }),
    "agents[0].scopes.files: 'raed' is no scope of resource 'files'; did you mean 'read'?",
  ],
  [
    'a scope both required and optional',
    withAgent({ scopes: { files: { required: ['read'], optional: ['read'] } } }),
    "agents[0].scopes.files: 'read' is named twice; a scope is either required or optional",
  ],
  [
    'a catalogue entry without scopes',
    withAgent({ scopes: { files: {} } }),
    'agents[0].scopes.files: names no scope; write required or optional ones',
  ],
  [
    'a wildcard asked by an agent',
    withAgent({ scopes: { files: { required: ['*'] } } }),
    "agents[0].scopes.files.required[0]: '*' is a wildcard; name each scope",
  ],
  [
    'an audience of the form of a person',
    { ...soundConfig, resources: [{ ...files, audience: `person.${'A'.repeat(43)}` }] },
    `resources[0].audience: 'person.${'A'.repeat(43)}' has the form of a person's 'sub', and a token could not tell them apart; choose another`,
  ],
  [
    'an unknown method',
    withClient({ authentication: { method: 'client_secret_basik' } }),
    "clients[0].authentication.method: 'client_secret_basik' is no method; did you mean 'client_secret_basic'?",
  ],
  [
    'a client without keys',
    withKeys({}),
    'clients[0].authentication: must say where the keys are; write either jwks or jwksUri',
  ],
  [
    'keys over http',
    withKeys({ jwksUri: 'http://x.example/jwks' }),
    "clients[0].authentication.jwksUri: 'http://x.example/jwks' is not https; serve it over https",
  ],
  [
    'no key in a key set',
    withKeys({ jwks: { keys: [] } }),
    'clients[0].authentication.jwks.keys: holds no key; write at least one',
  ],
  [
    'a key that is none',
    withKeys({ jwks: { keys: [{ kty: 'RSA' }] } }),
    'clients[0].authentication.jwks.keys[0]: is not a public JSON Web Key; write an RSA, P-256 or Ed25519 key',
  ],
  [
    'an agent that is no resource of kind agent',
    { ...soundConfig, resources: [{ ...files, agent: 'robot' }] },
    "resources[0].agent: 'robot' stands on a resource that is no agent; add kind: 'agent' or remove it",
  ],
  [
    'a zone of another domain',
    {
      ...(withIssuer('https://auth.example.com') as object),
      issuer: {
        url: 'https://auth.example.com',
        certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/1-a',
        hostedZone: { id: 'Z1', name: 'example.org' },
      },
    },
    "issuer.hostedZone.name: 'example.org' does not hold 'auth.example.com'; name its zone",
  ],
  [
    'a limit of nothing',
    { ...soundConfig, limits: { perClient: { perSecond: 0 } } },
    'limits.perClient.perSecond: 0 is out of range; write a whole number of requests from 1 to 100000',
  ],
  [
    'a limit in words',
    { ...soundConfig, limits: { perAddress: { perSecond: 'few' } } },
    "limits.perAddress.perSecond: 'few' is not a number of requests; write 1 to 100000",
  ],
  [
    'a burst below its rate',
    { ...soundConfig, limits: { perAddress: { perSecond: 50, burst: 20 } } },
    'limits.perAddress.burst: 20 is below perSecond, which could never be reached; write 50 or more',
  ],
  [
    'a limit of something else',
    { ...soundConfig, limits: { perUser: { perSecond: 50 } } },
    'limits.perUser: is no field; use one of perClient, perAddress',
  ],
  [
    'a topic that is none',
    { ...soundConfig, alarms: { topicArn: 'on-call' } },
    "alarms.topicArn: 'on-call' is not the ARN of an SNS topic; write 'arn:aws:sns:<region>:<account>:<topic>'",
  ],
  [
    'a runbook with an anchor',
    { ...soundConfig, alarms: { runbookUrl: 'https://wiki.example.com/#vestibule' } },
    "alarms.runbookUrl: 'https://wiki.example.com/#vestibule' is not the address of a runbook; " +
      'write it with https and without an anchor',
  ],
];
