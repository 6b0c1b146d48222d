import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { VestibuleConfig } from '../../../lib/index.ts';
import type { AwsCall } from '../../../local/aws/call.ts';
import { basic, type Driver, drive } from '../../spec/support/driver.ts';
import { newKeyClient } from '../../spec/support/registrations.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import type { Count, CountedOperation, SigningMode } from './counted.ts';
import { billedLogBytes, counterOf } from './counter.ts';
import { countApiTokens } from './measure-apis.ts';
import { countEgress } from './measure-egress.ts';
import { countExchanges, withExchanges } from './measure-exchanges.ts';
import { countOpaque } from './measure-opaque.ts';
import { countPeople } from './measure-people.ts';
import { countWaiting } from './measure-waiting.ts';

/** What a deployment costs while nobody uses it. */
export interface Standing {
  readonly signing: SigningMode;
  readonly kmsKeys: number;
  readonly secrets: number;
}

export interface CallCounts {
  readonly operations: readonly CountedOperation[];
  /** The line that the HTTP API's access log takes for each request. */
  readonly accessLogBytes: number;
  readonly standing: readonly Standing[];
}

type Form = Readonly<Record<string, string>>;
type Request = () => Promise<{ readonly status: number; readonly text: string }>;
interface Clients {
  readonly client: Driver;
  readonly secret: Form;
  readonly server: Form;
  readonly resource: string;
  readonly assert: () => Promise<Form>;
}

const config = {
  profile: 'dev',
  resources: [
    { id: 'search', uri: 'https://mcp.example.com/mcp', name: 'Search', scopes: { 'search:read': 'Search' } },
  ],
  agents: [{ id: 'planner', owner: 'team@example.com', scopes: { search: { required: ['search:read'] } } }],
  clients: [
    { id: 'planner-client', agent: 'planner', authentication: { method: 'client_secret_basic' } },
    { id: 'search-server', resource: 'search', authentication: { method: 'client_secret_basic' } },
  ],
} as const satisfies VestibuleConfig;

/**
 * Sends one request of each kind to a deployment of each signing mode, and takes down what the functions asked of AWS
 * for it.
 */
export async function countCalls(progress: (doing: string) => void): Promise<CallCounts> {
  const kms = await countIn('kms', progress);
  const envelope = await countIn('envelope', progress);
  const people = [await countPeopleIn('kms', progress), await countPeopleIn('envelope', progress)];
  const exchanges = [
    ...(await countExchangesIn('kms', progress)),
    ...(await countExchangesIn('envelope', progress)),
  ];
  progress('an MCP server that calls an API in the name of people');
  const apis = await countApiTokens((deployment) => counterOf(deployment, 'kms'));
  progress('an agent that calls a third party');
  const egress = await countEgress((deployment) => counterOf(deployment, 'kms'));
  const opaque = await countOpaqueTokens(progress);
  return {
    operations: [
      ...[...kms.tokens, ...envelope.tokens, ...people.flatMap(({ tokens }) => tokens)],
      ...[...exchanges, ...apis, ...egress],
      ...people.flatMap(({ waiting }) => waiting),
      ...[...opaque, ...kms.questions],
    ],
    accessLogBytes: kms.accessLogBytes,
    standing: [kms.standing, envelope.standing],
  };
}

interface ModeCounts {
  readonly tokens: readonly CountedOperation[];
  readonly questions: readonly CountedOperation[];
  readonly accessLogBytes: number;
  readonly standing: Standing;
}

async function countIn(signing: SigningMode, progress: (doing: string) => void): Promise<ModeCounts> {
  progress(`a deployment with signing '${signing}'`);
  const deployment = await startDeployment({ config: { ...config, signing } });
  try {
    const standing = standingOf(signing, deployment.run.cloud.ledger.calls());
    const clients = await clientsOf(deployment);
    const count = counterOf(deployment, signing);
    progress('tokens, introspection, revocation, discovery');
    const tokens = await countTokens(deployment, clients, count);
    const questions = await countQuestions(clients, count);
    return { tokens, questions, standing, accessLogBytes: accessLogBytes(deployment) };
  } finally {
    await deployment.stop();
  }
}

/** No key signs for them, so that one signing mode is as the other. */
async function countOpaqueTokens(progress: (doing: string) => void): Promise<readonly CountedOperation[]> {
  progress('a deployment whose tokens are opaque');
  const resources = config.resources.map((resource) => ({ ...resource, tokens: 'opaque' as const }));
  const deployment = await startDeployment({ config: { ...config, resources } });
  const [resource, [caller, server]] = [config.resources[0].uri, config.clients];
  const parties = { resource, caller: caller.id, server: server.id };
  try {
    return await countOpaque(deployment, parties, counterOf(deployment, 'kms'));
  } finally {
    await deployment.stop();
  }
}

/** In a deployment of its own, for what is said of others makes each answer of the registry longer. */
async function countExchangesIn(
  signing: SigningMode,
  progress: (doing: string) => void,
): Promise<readonly CountedOperation[]> {
  progress(`a deployment with signing '${signing}' where an agent acts for people`);
  const deployment = await startDeployment({ config: withExchanges({ ...config, signing }) });
  const [{ uri: resource }] = config.resources;
  const [{ id: agent }] = config.clients;
  try {
    return await countExchanges(deployment, { resource, agent }, counterOf(deployment, signing));
  } finally {
    await deployment.stop();
  }
}

/** In a deployment of its own: what serves machines alone costs nothing for people. */
async function countPeopleIn(
  signing: SigningMode,
  progress: (doing: string) => void,
): Promise<Readonly<Record<'tokens' | 'waiting', readonly CountedOperation[]>>> {
  progress(`a deployment with signing '${signing}' where people sign in`);
  const people = {
    identityProviders: [{ id: 'demo', issuer: 'https://idp.example.com', clientId: 'vestibule' }],
    roles: [{ id: 'everyone', groups: 'everyone', scopes: { search: ['search:read'] } }],
  } as const;
  const deployment = await startDeployment({
    config: { ...config, ...people, signing },
  });
  try {
    const [{ uri }] = config.resources;
    const count = counterOf(deployment, signing);
    const tokens = await countPeople(deployment, uri, count);
    // Nothing is signed for what waits.
    return { tokens, waiting: signing === 'kms' ? await countWaiting(deployment, uri, count) : [] };
  } finally {
    await deployment.stop();
  }
}

function standingOf(signing: SigningMode, calls: readonly AwsCall[]): Standing {
  const made = (action: string): number =>
    calls.filter((call) => call.action === action && call.outcome === 'ok').length;
  return { signing, kmsKeys: made('kms:CreateKey'), secrets: made('secretsmanager:CreateSecret') };
}

/** What API Gateway puts in place of its variables, as long as it usually is. */
const accessLogExamples: Readonly<Record<string, string>> = {
  requestId: 'JKJaXmPLvHcESHA=',
  requestTime: '21/Nov/2026:03:45:21 +0000',
  'identity.sourceIp': '203.0.113.195',
  httpMethod: 'POST',
  path: '/introspect',
  routeKey: 'ANY /introspect',
  status: '200',
  protocol: 'HTTP/1.1',
  responseLength: '1024',
  responseLatency: '15',
};

function accessLogBytes({ run }: TestDeployment): number {
  const stage = run.resources.find(({ type }) => type === 'AWS::ApiGatewayV2::Stage');
  const { Format: format } = stage?.properties['AccessLogSettings'] as { readonly Format: string };
  const line = format.replaceAll(/\$context\.([\w.]+)/g, (_, name: string) => accessLogExamples[name] ?? '-');
  return billedLogBytes([line]);
}

async function clientsOf(deployment: TestDeployment): Promise<Clients> {
  const client = drive(deployment);
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const resource = 'https://mcp.example.com/mcp';
  const clientId = await newKeyClient(client, 'keyed', [{ resource, required: ['search:read'] }], {
    jwks: { keys: [await exportJWK(publicKey)] },
  });
  return {
    client,
    resource,
    secret: basic('planner-client', await deployment.secretOf('planner-client')),
    server: basic('search-server', await deployment.secretOf('search-server')),
    assert: async () => {
      const now = Math.floor(deployment.run.clock.now() / 1000);
      const claims = { iss: clientId, sub: clientId, aud: client.issuer, jti: randomUUID(), exp: now + 60 };
      return {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(privateKey),
      };
    },
  };
}

async function countTokens(
  { run }: TestDeployment,
  { client, secret, resource, assert }: Clients,
  count: Count,
): Promise<readonly CountedOperation[]> {
  const form = { grant_type: 'client_credentials', resource };
  const bySecret: Request = () => client.token(form, secret);
  const byKey: Request = async () => client.token({ ...form, ...(await assert()) });
  const counted: CountedOperation[] = [];
  for (const [name, request] of [
    ['client_credentials, client secret', bySecret],
    ['client_credentials, private_key_jwt', byKey],
  ] as const) {
    const operation = { name, function: 'Token', bySigning: true } as const;
    counted.push(await count({ ...operation, state: 'cold instance' }, request));
    client.letCachesExpire();
    counted.push(await count({ ...operation, state: 'stale' }, request));
    counted.push(await count({ ...operation, state: 'warm' }, request));
    client.letCachesExpire();
    run.cloud.faults.add('dynamodb:BatchGetItem=crash@1');
    await request();
    run.cloud.faults.clear();
  }
  return counted;
}

async function countQuestions(
  { client, secret, server, resource }: Clients,
  count: Count,
): Promise<readonly CountedOperation[]> {
  const tokenOf = async (): Promise<string> =>
    String((await client.token({ grant_type: 'client_credentials', resource }, secret)).body['access_token']);
  const ask = (path: string, as: Form, token: string): ReturnType<Request> =>
    client.send(path, { method: 'POST', body: new URLSearchParams({ token }), headers: as });
  const [asked, revoked] = [await tokenOf(), await tokenOf()];
  const introspection = { name: 'introspection', function: 'Introspection' };
  const revocation = { name: 'revocation', function: 'Introspection' };
  const introspect: Request = () => ask('/introspect', server, asked);
  const revoke: Request = () => ask('/revoke', secret, revoked);
  const counted = [await count({ ...introspection, state: 'cold instance' }, introspect)];
  client.letCachesExpire();
  counted.push(await count({ ...introspection, state: 'stale' }, introspect));
  counted.push(await count({ ...introspection, state: 'warm' }, introspect));
  client.letCachesExpire();
  counted.push(await count({ ...revocation, state: 'stale' }, revoke));
  for (const [name, path] of [
    ['discovery, metadata', '/.well-known/oauth-authorization-server'],
    ['discovery, key set', '/.well-known/jwks.json'],
    ['discovery, resource metadata', '/.well-known/oauth-protected-resource/search'],
  ] as const) {
    const request: Request = () => client.get(path);
    await request();
    counted.push(await count({ name, function: 'Discovery', state: 'warm' }, request));
  }
  return counted;
}
