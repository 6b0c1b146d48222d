import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConfig, InvalidConfig } from '../../../../lib/config/check-config.ts';
import { config as example } from '../../../../vestibule.config.ts';
import { soundConfig } from './a-config.ts';
import { brokenBranding } from './broken-branding.ts';
import { brokenClients } from './broken-clients.ts';
import { brokenConfigs, withAgent, withClient, withIssuer, withKeys, withUri } from './broken-configs.ts';
import { brokenCertificates } from './broken-certificates.ts';
import { brokenDelegations, delegating } from './broken-delegations.ts';
import { brokenEgress, egressConfigs } from './broken-egress.ts';
import { brokenEdges } from './broken-edges.ts';
import { apiConfig, brokenApis } from './broken-apis.ts';
import { brokenPeople, peopleConfig, proxied } from './broken-people.ts';
import { brokenProxied } from './broken-proxied.ts';
import { brokenUserPools } from './broken-user-pools.ts';
import { brokenRoles } from './broken-roles.ts';
import { brokenSigning } from './broken-signing.ts';
import { brokenStatements, withStatements } from './broken-statements.ts';
import { anyOfRobots, brokenTasks, tasking } from './broken-tasks.ts';

const [files] = soundConfig.resources;
const [robot] = soundConfig.agents;
const [robotClient] = soundConfig.clients;

test('accepts the example deployment', () => {
  expect(checkConfig(example)).toBe(example);
});

test('accepts identity providers and roles for which every field is written', () => {
  const [company] = peopleConfig.identityProviders;
  const full = {
    ...company,
    name: 'The company',
    clientSecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:company/vestibule-AbCdEf',
    scopes: ['openid', 'email', 'groups'],
    domains: ['example.com', 'example.co.uk'],
    resources: ['files'],
    subjectClaim: 'oid',
    tenantClaim: 'tid',
  };
  expect(problemsOf(peopleConfig)).toEqual([]);
  expect(problemsOf({ ...peopleConfig, identityProviders: [full] })).toEqual([]);
});

test('accepts clients of curated hosts at identity providers, where no other registers', () => {
  const curating = { ...(proxied({}) as object), registration: { mode: 'closed' } };
  const clientMetadataDocuments = { curated: [{ host: 'app.example.com' }] };
  expect(problemsOf({ ...curating, clientMetadataDocuments })).toEqual([]);
});

test('accepts third parties, whosever account is used', () => {
  for (const config of egressConfigs) expect(problemsOf(config)).toEqual([]);
});

test('accepts what agents and MCP servers may do in the name of others', () => {
  const full = {
    files: {
      scopes: { read: ['ask', 'find'], write: ['ask'] },
      ...{ subjects: ['person', 'agent', 'workload'], impersonation: true, refreshTokens: true },
    },
  };
  expect(problemsOf(delegating())).toEqual([]);
  // The registered actor of an MCP server gets that server's tokens too.
  const acting = delegating({ agent: { onBehalfOf: full }, search: { actor: 'robot' } });
  const { identityProviders } = peopleConfig;
  expect(problemsOf({ ...acting, identityProviders })).toEqual([]);
  const search = { onBehalfOf: { desk: { scopes: { ask: ['find'] } } } };
  expect(problemsOf(delegating({ search }))).toEqual([]);
});

test('accepts APIs behind an identity provider', () => {
  expect(problemsOf(apiConfig)).toEqual([]);
});

test('accepts issuers of software statements', () => {
  expect(problemsOf(withStatements({}, { issuer: 'Directory', jwksUri: 'https://d.example.com/' }))).toEqual(
    [],
  );
});

test('accepts a config for which every field is written', () => {
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  const full = {
    profile: 'production',
    issuer: {
      url: 'https://auth.example.com',
      certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/1-a',
      hostedZone: { id: 'Z1', name: 'example.com' },
    },
    signing: { mode: 'envelope', algorithm: 'ES256' },
    accessTokenMinutes: 60,
    refreshTokens: { idleDays: 7, absoluteDays: 30 },
    logRetentionDays: 30,
    resources: [
      { ...files, audience: 'files-api', kind: 'agent', agent: 'robot', clients: 'any', dpop: 'required' },
    ],
    agents: [{ ...robot, name: 'Robot', scopes: { files: { required: ['read'], optional: ['write'] } } }],
    clients: [
      {
        id: 'signer',
        name: 'Signer',
        agent: 'robot',
        authentication: {
          method: 'private_key_jwt',
          jwks: { keys: [jwk] },
          acceptsTokenEndpointAudience: true,
        },
      },
      {
        id: 'app',
        authentication: { method: 'none' },
        redirectUris: ['https://app.example.com/cb'],
        postLogoutRedirectUris: ['https://app.example.com/bye'],
        grants: ['authorization_code'],
        consent: 'implied',
        requirePushedRequests: true,
      },
    ],
  };
  expect(problemsOf(full)).toEqual([]);
});

test.each([
  'kms',
  'envelope',
  { mode: 'kms' },
  { mode: 'kms', algorithm: 'RS256' },
  { mode: 'envelope', algorithm: 'RS256' },
])('accepts the way to sign %o', (signing) => {
  expect(problemsOf({ ...soundConfig, signing })).toEqual([]);
});

test('accepts agents that open tasks', () => {
  const all = { maximumHours: 72, extension: true, secrets: [anyOfRobots] };
  const providerLimit = { perSecond: 100_000, burst: 1_000_000 };
  expect(problemsOf(tasking(all, { graceMinutes: 1_440, providerLimit }))).toEqual([]);
  expect(problemsOf(tasking({ maximumHours: 8_760 }))).toEqual([]);
});

describe('names the field, the value and the fix of', () => {
  test.each([
    ...brokenConfigs,
    ...brokenBranding,
    ...brokenClients,
    ...brokenDelegations,
    ...brokenEdges,
    ...brokenCertificates,
    ...brokenSigning,
    ...brokenRoles,
    ...brokenApis,
    ...brokenEgress,
    ...brokenPeople,
    ...brokenProxied,
    ...brokenUserPools,
    ...brokenStatements,
    ...brokenTasks,
  ])('%s', (_, config, problem) => {
    expect(problemsOf(config)).toEqual([problem]);
  });
});

describe('refuses names that a token could not tell apart:', () => {
  const refused = 'and a token could not tell them apart; choose another';

  test('a client and an agent of one id', () => {
    expect(problemsOf(withClient({ id: 'robot' }))).toEqual([
      `agents[0].id: 'robot' is clients[0].id too, ${refused}`,
    ]);
  });

  test('a resource at the URI of another', () => {
    const resources = [files, { ...files, id: 'more' }];
    expect(problemsOf({ ...soundConfig, resources })).toEqual([
      `resources[1].uri: '${files.uri}' is resources[0].uri too, ${refused}`,
    ]);
  });

  test('an audience that is an agent, a client, another resource or the issuer', () => {
    for (const [audience, taken] of [
      ['robot', 'agents[0].id'],
      ['robot-client', 'clients[0].id'],
      ['https://mcp.example.com/files', 'resources[0].uri'],
      ['https://auth.example.com', 'issuer.url'],
    ] as const) {
      const other = { ...files, id: 'other', uri: 'https://mcp.example.com/other', audience };
      const config = { ...(withIssuer('https://auth.example.com') as object), resources: [files, other] };
      expect(problemsOf(config)).toEqual([
        `resources[1].audience: '${audience}' is ${taken} too, ${refused}`,
      ]);
    }
  });

  test('two agents of one id', () => {
    expect(problemsOf({ ...soundConfig, agents: [robot, robot] })).toEqual([
      "agents[1].id: 'robot' is the id of agents[0] too; choose another",
    ]);
  });
});

test('an audience may repeat the URI of its own resource', () => {
  expect(problemsOf({ ...soundConfig, resources: [{ ...files, audience: files.uri }] })).toEqual([]);
});

test('the dev profile admits http on this machine', () => {
  for (const host of ['localhost:9401', '127.0.0.1', '[::1]:80']) {
    const problems = problemsOf(withUri(`http://${host}/mcp`, 'dev'));
    expect(problems).toEqual(
      host.endsWith(':80') ? [expect.stringContaining("write 'http://[::1]/mcp'")] : [],
    );
  }
});

test('reports everything at once, and nothing twice', () => {
  const problems = problemsOf({
    ...soundConfig,
    accessTokenMinutes: 0,
    resources: [{ ...files, scopes: { 'x:*': 'All' } }, 5],
    agents: [{ ...robot, id: 7 }],
    clients: [{ ...robotClient, agent: 'nobody' }, {}],
  });
  expect(problems).toEqual([
    'accessTokenMinutes: 0 is out of range; write a whole number of minutes from 5 to 60',
    "resources[0].scopes: 'x:*' is a wildcard; name each scope",
    'resources[1]: 5 is not an object',
    'agents[0].id: 7 is not a text',
    'clients[1].id: is missing; write it',
    'clients[1].authentication: is missing; write it',
    "agents[0].scopes.files: 'read' is no scope of resource 'files'; use one of x:*",
    expect.stringContaining("clients[0].agent: 'nobody' is no agent of this config"),
    'clients[1].agent: is missing; write the id of the agent it acts for, or the resource it serves, or redirectUris for people',
  ]);
});

test('never shows a private key that stands where a public one belongs', () => {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const [problem] = problemsOf(withKeys({ jwks: { keys: [jwk] } }));
  expect(problem).toContain('holds private key material');
  expect(problem).not.toContain(jwk.d);
});

test('whatever it is given, it answers with problems or accepts', () => {
  fc.assert(
    fc.property(
      fc.anything(),
      fc.constantFrom('resources', 'agents', 'clients', 'issuer', 'profile'),
      (value, field) => {
        for (const config of [
          value,
          { ...soundConfig, [field]: value },
          { ...soundConfig, [field]: [value] },
        ]) {
          for (const problem of problemsOf(config)) expect(problem).toMatch(/\S/);
        }
      },
    ),
  );
});

test('a config with one character too many somewhere never passes for the sound one', () => {
  const refusedCharacters = fc.constantFrom(' ', '/', '*', '"', '\\', '#', '?', '\n', 'é');
  fc.assert(
    fc.property(refusedCharacters, fc.nat(), (character, position) => {
      const insert = (text: string): string => {
        const at = position % (text.length + 1);
        return `${text.slice(0, at)}${character}${text.slice(at)}`;
      };
      expect(problemsOf(withAgent({ id: insert(robot.id) }))).not.toEqual([]);
      expect(problemsOf(withIssuer(insert('https://auth.example.com')))).not.toEqual([]);
    }),
  );
});

function problemsOf(config: unknown): readonly string[] {
  try {
    checkConfig(config as typeof soundConfig);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    return error.message.split('\n');
  }
}
