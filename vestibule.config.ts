import { defineConfig } from './lib/index.ts';

const port = Number(process.env['PORT'] ?? 9400);
const demoServer = `http://localhost:${port + 1}`;
const tracker = `http://localhost:${port + 6}`;

/**
 * `npm start` plays an AWS account in which outbound identity federation is enabled. In your own account enable it first
 * (`aws iam enable-outbound-web-identity-federation`), and put the role of your agent here.
 */
const playedAccount = process.env['CDK_DEFAULT_ACCOUNT'] === undefined ? ['000000000000'] : [];

/** The example deployment. Its resources are those of `npm start`; put your own in their place. */
export const config = defineConfig({
  profile: 'dev',
  resources: [
    {
      id: 'demo',
      uri: `${demoServer}/mcp`,
      name: 'Demo MCP server',
      scopes: { 'tools:read': 'List tools and read', 'tools:write': 'Change things' },
    },
    {
      id: 'planner-agent',
      uri: `${demoServer}/agents/planner`,
      kind: 'agent',
      agent: 'planner',
      name: 'Planner',
      scopes: { plan: 'Have the planner plan' },
      // People may call it through whatever MCP client they have.
      clients: 'any',
    },
    {
      id: 'analyst-agent',
      uri: `${demoServer}/agents/analyst`,
      kind: 'agent',
      agent: 'analyst',
      name: 'Analyst',
      scopes: { ask: 'Ask the analyst a question' },
    },
  ],
  agents: [
    {
      id: 'planner',
      owner: 'platform@example.com',
      scopes: {
        demo: { required: ['tools:read'], optional: ['tools:write'] },
        'analyst-agent': { optional: ['ask'] },
      },
      // Whoever may have it plan is who it asks the analyst for, and goes on doing so in their absence.
      onBehalfOf: {
        'analyst-agent': { scopes: { ask: ['plan'] }, refreshTokens: true },
        // And it keeps their issues at a third party, once they have connected their account there.
        tracker: { scopes: { 'issues:read': ['plan'], 'issues:write': ['plan'] } },
      },
      // Work that goes on for longer than a token, for three days at most.
      tasks: { maximumHours: 72, extension: true },
    },
    {
      id: 'analyst',
      owner: 'data@example.com',
      scopes: { demo: { required: ['tools:read'] } },
      onBehalfOf: { demo: { scopes: { 'tools:read': ['ask'] } } },
      tasks: { maximumHours: 8 },
    },
  ],
  clients: [
    { id: 'planner-client', agent: 'planner', authentication: { method: 'client_secret_basic' } },
    { id: 'analyst-client', agent: 'analyst', authentication: { method: 'client_secret_post' } },
    ...playedAccount.map((account) => ({
      id: 'night-reporter',
      agent: 'analyst',
      authentication: {
        method: 'aws_iam_jwt' as const,
        role: `arn:aws:iam::${account}:role/agents/night-reporter`,
      },
    })),
    { id: 'demo-server', resource: 'demo', authentication: { method: 'client_secret_basic' } },
  ],
  identityProviders: [
    {
      id: 'demo',
      name: 'Demo company',
      issuer: `http://localhost:${port + 2}`,
      clientId: 'vestibule',
      scopes: ['openid', 'profile', 'email', 'groups'],
      domains: ['example.com'],
      groupsClaim: 'groups',
    },
  ],
  egress: {
    providers: [
      {
        id: 'tracker',
        name: 'Demo tracker',
        clientId: 'vestibule',
        credential: {
          kind: 'oauth2',
          issuer: tracker,
          authorizationEndpoint: `${tracker}/auth`,
          tokenEndpoint: `${tracker}/token`,
          // Each refresh token there is good once.
          refresh: { kind: 'rotating' },
          revocation: { kind: 'rfc7009', endpoint: `${tracker}/token/revocation` },
        },
        api: { origins: [tracker] },
        scopes: {
          'issues:read': {
            description: 'See your issues',
            upstream: ['issues:read'],
            rules: ['GET /api/projects/*/issues'],
          },
          'issues:write': {
            description: 'Write new issues, and remove none',
            upstream: ['issues:write'],
            rules: ['POST /api/projects/*/issues'],
          },
        },
      },
    ],
  },
  roles: [
    {
      id: 'everyone',
      groups: 'everyone',
      scopes: {
        demo: ['tools:read'],
        'planner-agent': ['plan'],
        'analyst-agent': ['ask'],
        tracker: ['issues:read', 'issues:write'],
      },
    },
    { id: 'engineering', groups: { demo: ['engineering'] }, scopes: { demo: ['tools:write'] } },
  ],
});
