import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basic, drive, type Driver } from '../spec/support/driver.ts';
import {
  type CustomClaim,
  type CustomJwtAuthorizer,
  type Verdict,
  verifyAsAgentCore,
} from '../support/agentcore-verifier.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';

let deployment: TestDeployment;
let client: Driver;

beforeAll(async () => {
  deployment = await startDeployment({ app: 'sample-app' });
  client = drive(deployment);
}, 120_000);

afterAll(async () => {
  await deployment.stop();
});

describe('the sample app', () => {
  test('says what it leaves out', () => {
    for (const type of ['Gateway', 'Runtime']) {
      expect(deployment.log).toContainEqual(
        expect.stringMatching(
          new RegExp(`^leave out \\w+ \\(AWS::BedrockAgentCore::${type}\\): AgentCore has no stand-in here$`),
        ),
      );
    }
  });

  test('registers the URL of the gateway, and tokens for it are known by the audience of the authorizer', async () => {
    const { GatewayUrl: uri } = attributesOf('Gateway');
    const audience = `${deployment.issuer}/resources/tools`;
    const { body } = await client.admin('GET', 'resources/tools');
    expect(body).toMatchObject({ uri, audience, kind: 'mcp-server' });
    expect(authorizerOf('Gateway').AllowedAudience).toEqual([audience]);
    const metadata = await client.get('/.well-known/oauth-protected-resource/tools');
    expect(metadata.body).toMatchObject({ resource: uri, scopes_supported: ['tools:read', 'tools:call'] });
  });

  test('registers the URL at which the runtime is invoked', async () => {
    const { AgentRuntimeArn: arn = '' } = attributesOf('Runtime');
    const uri = `https://bedrock-agentcore.us-east-1.amazonaws.com/runtimes/${encodeURIComponent(arn)}/invocations`;
    const { body } = await client.admin('GET', 'resources/analyst-agent');
    expect(body).toMatchObject({
      ...{ uri, kind: 'agent', agent_id: 'analyst' },
      audience: `${deployment.issuer}/resources/analyst-agent`,
    });
    const metadata = await client.get('/.well-known/oauth-protected-resource/analyst-agent');
    expect(metadata.body).toMatchObject({ resource: uri });
  });

  test('lets the agent through to its protected API, and nobody without a token', async () => {
    const url = `${deployment.run.outputs['OrdersUrl'] ?? ''}/mcp`;
    const call = (headers: Readonly<Record<string, string>>): Promise<Response> =>
      fetch(url, { method: 'POST', headers, body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' });
    const refused = await call({});
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('/.well-known/oauth-protected-resource/mcp') as string,
    ]);
    const secret = await deployment.secretOf('planner-client');
    const form = { grant_type: 'client_credentials', resource: url, scope: 'orders:read' };
    const { body } = await client.token(form, basic('planner-client', secret));
    const answer = await call({ authorization: `Bearer ${String(body['access_token'])}` });
    expect([answer.status, await answer.json()]).toMatchObject([200, { id: 1 }]);
  });
});

describe('a token of the deployment', () => {
  test('is let into the gateway that it is for', async () => {
    const token = await tokenOf('planner', attributesOf('Gateway')['GatewayUrl'] ?? '');
    expect(await judged('Gateway', token)).toBe('allowed');
    expect(await judged('Runtime', token)).toBe('audience');
  });

  test('is let into the runtime that it is for, at the URL as its callers write it', async () => {
    const { AgentRuntimeArn: arn = '' } = attributesOf('Runtime');
    const url = `https://bedrock-agentcore.us-east-1.amazonaws.com/runtimes/${encodeURIComponent(arn)}/invocations`;
    for (const spelling of [url, url.replaceAll('%3A', '%3a').replaceAll('%2F', '%2f')]) {
      const token = await tokenOf('planner', spelling, 'ask');
      expect(await judged('Runtime', token)).toBe('allowed');
      expect(await judged('Gateway', token)).toBe('audience');
    }
  });

  test('of a client that the gateway does not name is refused', async () => {
    const token = await tokenOf('analyst', attributesOf('Gateway')['GatewayUrl'] ?? '');
    expect(await judged('Gateway', token)).toBe('client');
  });

  test('is refused where one thing about the authorizer is another', async () => {
    const token = await tokenOf('planner', attributesOf('Gateway')['GatewayUrl'] ?? '');
    const authorizer = authorizerOf('Gateway');
    const { DiscoveryUrl: url } = authorizer;
    const changes: readonly (readonly [Partial<CustomJwtAuthorizer>, Verdict])[] = [
      [{ DiscoveryUrl: `${deployment.issuer}/.well-known/oauth-authorization-server` }, 'discovery url'],
      [{ DiscoveryUrl: url.replace('localhost', '127.0.0.1') }, 'issuer is no prefix'],
      [{ AllowedAudience: [attributesOf('Gateway')['GatewayUrl'] ?? ''] }, 'audience'],
      [{ AllowedAudience: [deployment.issuer] }, 'audience'],
      [{ AllowedClients: ['planner'] }, 'client'],
      [{ AllowedScopes: ['tools:call'] }, 'scope'],
      [{ AllowedScopes: ['tools'] }, 'scope'],
      [{ CustomClaims: [equals('agent_id', 'analyst')] }, 'custom claim'],
      [{ CustomClaims: [contains('agent_id', 'planner')] }, 'custom claim'],
    ];
    for (const [change, verdict] of changes) {
      expect([change, await judge({ ...authorizer, ...change }, token)]).toEqual([change, verdict]);
    }
    expect(await judge({ DiscoveryUrl: url }, token)).toBe('no rule');
  });

  test('is refused once it has expired', async () => {
    const token = await tokenOf('planner', attributesOf('Gateway')['GatewayUrl'] ?? '');
    const later = new Date(deployment.run.clock.now() + 16 * 60_000);
    expect(await verifyAsAgentCore(authorizerOf('Gateway'), token, later)).toBe('signature, issuer or time');
  });
});

describe('the rules by which tokens are judged', () => {
  let server: Server;
  let issuer: string;
  let keys: Readonly<Record<'RS256' | 'PS256' | 'ES256', CryptoKey>>;
  let stranger: CryptoKey;

  beforeAll(async () => {
    const pairs = await Promise.all(
      (['RS256', 'PS256', 'ES256', 'RS256'] as const).map((alg) =>
        generateKeyPair(alg, { extractable: true }),
      ),
    );
    const [rs256, ps256, es256, other] = pairs.map(({ privateKey }) => privateKey);
    keys = { RS256: rs256!, PS256: ps256!, ES256: es256! };
    stranger = other!;
    const jwks = await Promise.all(
      pairs.slice(0, 3).map(async ({ publicKey }, index) => ({
        ...(await exportJWK(publicKey)),
        kid: ['RS256', 'PS256', 'ES256'][index],
      })),
    );
    server = createServer((request, response) => {
      const document = request.url === '/jwks' ? { keys: jwks } : { issuer, jwks_uri: `${issuer}/jwks` };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.close();
  });

  test.each<readonly [string, Readonly<Record<string, unknown>>, Verdict]>([
    ['that has everything', {}, 'allowed'],
    ['for another audience', { aud: 'other' }, 'audience'],
    ['without an audience', { aud: undefined }, 'audience'],
    ['for several audiences', { aud: ['tools', 'other'] }, 'audience'],
    ['of another client', { client_id: 'other' }, 'client'],
    ['that names its client as azp', { client_id: undefined, azp: 'planner' }, 'client'],
    ['with none of the scopes', { scope: 'tools' }, 'scope'],
    ['with one of the scopes', { scope: 'openid call' }, 'allowed'],
    ['without a scope', { scope: undefined }, 'scope'],
    ['with another value of a claim', { role: 'writer' }, 'custom claim'],
    ['with a list where a text is wanted', { role: ['reader'] }, 'custom claim'],
    ['without the one entry of a list', { groups: ['b', 'c'], teams: ['x'] }, 'custom claim'],
    ['without any entry of a list', { groups: ['a'], teams: ['z'] }, 'custom claim'],
    ['of another issuer', { iss: 'https://other.example.com' }, 'signature, issuer or time'],
    ['that is expired', { exp: 1 }, 'signature, issuer or time'],
  ])('a token %s: %j', async (_what, change, verdict) => {
    expect(await judge(ruleOfEachKind(), await signed(change, 'RS256'))).toBe(verdict);
  });

  test('a token that another key signed, or by another algorithm, is refused', async () => {
    expect(await judge(ruleOfEachKind(), await signed({}, 'RS256', stranger))).toBe(
      'signature, issuer or time',
    );
    expect(await judge(ruleOfEachKind(), await signed({}, 'PS256'))).toBe('algorithm');
    expect(await judge(ruleOfEachKind(), await signed({}, 'ES256'))).toBe('algorithm');
  });

  function ruleOfEachKind(): CustomJwtAuthorizer {
    return {
      DiscoveryUrl: `${issuer}/.well-known/openid-configuration`,
      AllowedAudience: ['tools'],
      AllowedClients: ['planner'],
      AllowedScopes: ['call', 'read'],
      CustomClaims: [equals('role', 'reader'), contains('groups', 'a'), containsAny('teams', ['x', 'y'])],
    };
  }

  function signed(
    change: Readonly<Record<string, unknown>>,
    alg: keyof typeof keys,
    key: CryptoKey = keys[alg],
  ): Promise<string> {
    const exp = Math.floor(deployment.run.clock.now() / 1000) + 60;
    const claims = { iss: issuer, aud: 'tools', client_id: 'planner', scope: 'read', exp };
    const more = { role: 'reader', groups: ['a'], teams: ['y'] };
    return new SignJWT({ ...claims, ...more, ...change }).setProtectedHeader({ alg, kid: alg }).sign(key);
  }
});

function attributesOf(type: 'Gateway' | 'Runtime'): Readonly<Record<string, string>> {
  return resourceOf(type).attributes;
}

function authorizerOf(type: 'Gateway' | 'Runtime'): CustomJwtAuthorizer {
  const { AuthorizerConfiguration: configuration } = resourceOf(type).properties;
  return (configuration as unknown as { readonly CustomJWTAuthorizer: CustomJwtAuthorizer })
    .CustomJWTAuthorizer;
}

function resourceOf(type: string): (typeof deployment.run.resources)[number] {
  const found = deployment.run.resources.find((each) => each.type === `AWS::BedrockAgentCore::${type}`);
  if (found === undefined) throw new Error(`the sample app has no ${type}`);
  return found;
}

async function tokenOf(agent: string, resource: string, scope?: string): Promise<string> {
  const id = `${agent}-client`;
  const { body, text } = await client.token(
    { grant_type: 'client_credentials', resource, ...(scope !== undefined && { scope }) },
    basic(id, await deployment.secretOf(id)),
  );
  if (typeof body['access_token'] !== 'string') throw new Error(text);
  return body['access_token'];
}

function judged(type: 'Gateway' | 'Runtime', token: string): Promise<Verdict> {
  return judge(authorizerOf(type), token);
}

function judge(authorizer: CustomJwtAuthorizer, token: string): Promise<Verdict> {
  return verifyAsAgentCore(authorizer, token, new Date(deployment.run.clock.now()));
}

function equals(name: string, text: string): CustomClaim {
  return custom(name, 'STRING', 'EQUALS', { MatchValueString: text });
}

function contains(name: string, text: string): CustomClaim {
  return custom(name, 'STRING_ARRAY', 'CONTAINS', { MatchValueString: text });
}

function containsAny(name: string, list: readonly string[]): CustomClaim {
  return custom(name, 'STRING_ARRAY', 'CONTAINS_ANY', { MatchValueStringList: list });
}

function custom(
  name: string,
  type: CustomClaim['InboundTokenClaimValueType'],
  operator: CustomClaim['AuthorizingClaimMatchValue']['ClaimMatchOperator'],
  value: CustomClaim['AuthorizingClaimMatchValue']['ClaimMatchValue'],
): CustomClaim {
  return {
    InboundTokenClaimName: name,
    InboundTokenClaimValueType: type,
    AuthorizingClaimMatchValue: { ClaimMatchOperator: operator, ClaimMatchValue: value },
  };
}
