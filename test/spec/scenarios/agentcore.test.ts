import { createHash, randomUUID } from 'node:crypto';
import { KMSClient, SignCommand, type SigningAlgorithmSpec } from '@aws-sdk/client-kms';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, basic, drive, type Driver } from '../support/driver.ts';
import { verifies } from '../verifies.ts';

/** A credential provider as the sample app has it. */
interface Provider {
  readonly ClientId: string;
  readonly PrivateKeyJwtConfig?: {
    readonly PrivateKeySource: { readonly KmsKeySource: { readonly KmsKeyArn: string } };
  };
  readonly ClientSecretConfig?: { readonly SecretId: string; readonly JsonKey: string };
}

type Algorithm = 'RS256' | 'PS256' | 'ES256';
const inKms: Readonly<Record<Algorithm, SigningAlgorithmSpec>> = {
  RS256: 'RSASSA_PKCS1_V1_5_SHA_256',
  PS256: 'RSASSA_PSS_SHA_256',
  ES256: 'ECDSA_SHA_256',
};
const search = 'https://mcp.example.com/mcp';
let deployment: TestDeployment;
let client: Driver;
let kms: KMSClient;

beforeAll(async () => {
  deployment = await startDeployment({ app: 'sample-app' });
  client = drive(deployment);
  const { cloud } = deployment.run;
  kms = new KMSClient({ endpoint: cloud.endpoint, region: 'us-east-1', credentials: deployment.operator });
}, 120_000);

afterAll(async () => {
  kms.destroy();
  await deployment.stop();
});

describe('AgentCore gets a token for an agent', () => {
  verifies('vestibule:agentcore-assertion', 'by an assertion that a key in KMS signed', async () => {
    const cases = [
      ['planner-agentcore', 'RS256'],
      ['planner-agentcore', 'PS256'],
      ['planner-on-curve', 'ES256'],
    ] as const;
    for (const [clientId, algorithm] of cases) {
      const { status, body, text } = await asked(clientId, algorithm, { resource: search });
      expect([algorithm, status, text]).toEqual([algorithm, 200, text]);
      expect(decodeJwt(String(body['access_token']))).toMatchObject({
        ...{ aud: search, client_id: clientId, agent_id: 'planner' },
        scope: 'search:read',
      });
    }
  });

  verifies(
    'vestibule:agentcore-assertion',
    'with client_id beside the assertion and without it, and with members of its own',
    async () => {
      const more = { header: { x5t: 'a', tenant: 'b' }, claims: { tenant: 'b', nbf: now() } };
      for (const form of [{}, { client_id: 'planner-agentcore' }]) {
        const { status } = await asked('planner-agentcore', 'RS256', { resource: search, ...form }, more);
        expect(status).toBe(200);
      }
    },
  );

  verifies('vestibule:agentcore-assertion', 'and by the key of no other client', async () => {
    const stolen = await assertion('planner-on-curve', 'RS256', {}, keyOf('planner-agentcore'));
    expect((await presented(stolen, { resource: search })).status).toBe(401);
    const other = await assertion('planner-agentcore', 'ES256', {}, keyOf('planner-on-curve'));
    expect((await presented(other, { resource: search })).status).toBe(401);
  });

  verifies('vestibule:agentcore-secret', 'by the secret in Secrets Manager', async () => {
    const { ClientSecretConfig: config } = providerOf('analyst-agentcore');
    expect(config?.JsonKey).toBe('client_secret');
    const secret = await deployment.secretOf('analyst-agentcore');
    const form = { grant_type: 'client_credentials', scope: 'tools:read' };
    const { status, body } = await client.token(form, basic('analyst-agentcore', secret));
    expect(status).toBe(200);
    expect(decodeJwt(String(body['access_token']))).toMatchObject({ client_id: 'analyst-agentcore' });
  });
});

describe('the audience of a token request', () => {
  verifies(
    'vestibule:audience-names-a-resource',
    'is the resource whose tokens carry it, or its URI',
    async () => {
      const uri = urlOfGateway();
      const audience = `${deployment.issuer}/resources/tools`;
      for (const form of [
        { audience },
        { audience: uri },
        { audience: `${uri}/` },
        { audience, resource: uri },
        { audience: uri, resource: `${uri}/` },
      ]) {
        const { status, body, text } = await asked('planner-agentcore', 'RS256', form);
        expect([form, status, text]).toEqual([form, 200, text]);
        expect(decodeJwt(String(body['access_token'])).aud).toBe(audience);
      }
    },
  );

  verifies('vestibule:audience-agrees', 'is refused where it names nothing, or something else', async () => {
    const audience = `${deployment.issuer}/resources/tools`;
    for (const form of [
      { audience: 'tools' },
      { audience: deployment.issuer },
      { audience: `${audience}/` },
      { audience: 'https://elsewhere.example.com/mcp' },
      { audience, resource: search },
      { audience: search, resource: urlOfGateway() },
      { audience: 'tools', resource: search },
    ]) {
      const { status, body } = await asked('planner-agentcore', 'RS256', form);
      expect([form, status, body['error']]).toEqual([form, 400, 'invalid_target']);
    }
  });
});

describe('the redirect URIs of a client', () => {
  verifies(
    'vestibule:redirect-attached',
    'are those it declares, and the callback URLs of its providers',
    async () => {
      const { body } = await client.admin('GET', 'clients/planner-agentcore');
      expect(body).not.toHaveProperty('redirect_uris');
      expect(body['attached_redirect_uris']).toEqual([
        {
          redirect_uri: callbackOf('planner-agentcore'),
          by: expect.stringMatching(/^Sample\/AuthRegistrationsRedirectplanneragentcore/) as string,
        },
      ]);
    },
  );

  verifies('vestibule:redirect-uri-form', 'are whole URLs that people can safely be sent to', async () => {
    const declared = {
      client_id: 'web',
      agent_id: 'planner',
      token_endpoint_auth_method: 'client_secret_basic',
    };
    for (const uri of [
      'http://app.example.com/callback',
      'http://127.0.0.1.example.com/callback',
      'https://app.example.com/callback#top',
      'https://app.example.com/callback#',
      'https://*.example.com/callback',
      'https://me@app.example.com/callback',
      'https:app.example.com',
      'javascript:alert(1)',
      'data:text/html,callback',
      '/callback',
      '',
      `https://app.example.com/${'a'.repeat(1_024)}`,
    ]) {
      const { status, body } = await client.admin('POST', 'clients', { ...declared, redirect_uris: [uri] });
      expect([uri, status, body['error']]).toEqual([uri, 400, 'invalid_request']);
    }
    const redirect_uris = [
      'https://app.example.com/callback?tenant=a%20b',
      'http://localhost:8080/',
      'http://[::1]/cb',
      // Of an application on the person's device, as the operator wrote it.
      'myapp://callback',
    ];
    expect(await client.register('clients', { ...declared, redirect_uris })).toMatchObject({ redirect_uris });
  });
});

interface Members {
  readonly header?: object;
  readonly claims?: object;
}

/** The request that AgentCore makes for the M2M flow with PRIVATE_KEY_JWT. */
async function asked(
  clientId: string,
  algorithm: Algorithm,
  form: Readonly<Record<string, string>>,
  more: Members = {},
): Promise<Answer> {
  return presented(await assertion(clientId, algorithm, more, keyOf(clientId)), form);
}

function presented(jwt: string, form: Readonly<Record<string, string>>): Promise<Answer> {
  return client.token({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: jwt,
    ...form,
  });
}

async function assertion(
  clientId: string,
  algorithm: Algorithm,
  { header, claims }: Members,
  keyArn: string,
): Promise<string> {
  const payload = {
    ...{ iss: clientId, sub: clientId, aud: `${deployment.issuer}/token`, jti: randomUUID() },
    ...{ iat: now(), exp: now() + 300, ...claims },
  };
  const parts = [{ alg: algorithm, typ: 'JWT', ...header }, payload];
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const { Signature: signature = new Uint8Array() } = await kms.send(
    new SignCommand({
      KeyId: keyArn,
      Message: createHash('sha256').update(input).digest(),
      MessageType: 'DIGEST',
      SigningAlgorithm: inKms[algorithm],
    }),
  );
  const bytes = algorithm === 'ES256' ? concatenated(signature) : signature;
  return `${input}.${Buffer.from(bytes).toString('base64url')}`;
}

/** KMS gives an ECDSA signature as DER, a JWS wants r and s one after the other. */
function concatenated(der: Uint8Array): Uint8Array {
  const first = 4 + (der[3] ?? 0);
  const integers = [der.subarray(4, first), der.subarray(first + 2)];
  return Buffer.concat(
    integers
      .map((bytes) => Buffer.from(bytes.slice(-32)).toString('hex').padStart(64, '0'))
      .map((hex) => Buffer.from(hex, 'hex')),
  );
}

function now(): number {
  return Math.floor(deployment.run.clock.now() / 1_000);
}

function keyOf(clientId: string): string {
  const arn = providerOf(clientId).PrivateKeyJwtConfig?.PrivateKeySource.KmsKeySource.KmsKeyArn;
  if (arn === undefined) throw new Error(`${clientId} has no key`);
  return arn;
}

function callbackOf(clientId: string): string | undefined {
  return resourceOf(clientId).attributes['CallbackUrl'];
}

function providerOf(clientId: string): Provider {
  return customConfigOf(resourceOf(clientId));
}

function resourceOf(clientId: string): (typeof deployment.run.resources)[number] {
  const found = deployment.run.resources.find(
    (each) =>
      each.type === 'AWS::BedrockAgentCore::OAuth2CredentialProvider' &&
      customConfigOf(each).ClientId === clientId,
  );
  if (found === undefined) throw new Error(`the sample app has no provider of ${clientId}`);
  return found;
}

function customConfigOf({ properties }: (typeof deployment.run.resources)[number]): Provider {
  const { Oauth2ProviderConfigInput: input } = properties as object as {
    readonly Oauth2ProviderConfigInput: { readonly CustomOauth2ProviderConfig: Provider };
  };
  return input.CustomOauth2ProviderConfig;
}

function urlOfGateway(): string {
  const gateway = deployment.run.resources.find(({ type }) => type === 'AWS::BedrockAgentCore::Gateway');
  return gateway?.attributes['GatewayUrl'] ?? '';
}
