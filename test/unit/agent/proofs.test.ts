import { generateKeyPair, decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  awsWebIdentity,
  clientSecretBasic,
  clientSecretPost,
  identityAssertion,
  privateKeyJwt,
  publicClient,
  workloadAssertion,
} from '../../../lambdas/agent/index.ts';
import { challenge, failure, issue, secret, startServer, startWorld, type World } from './fixture.ts';
import { verifies } from '../../spec/verifies.ts';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const tokenRequests = () => world.issuer.to('/token');

describe('an agent with a key', () => {
  verifies(
    'rfc9449:8:agent-nonces',
    'proves each request, and goes on with the nonces that it is told on either side',
    async () => {
      const dpop = await generateKeyPair('ES256');
      const proofs: string[] = [];
      const nonceOf = (headers: Readonly<Record<string, string | undefined>>): unknown => {
        proofs.push(headers['dpop'] ?? '');
        return decodeJwt(headers['dpop'] ?? '')['nonce'];
      };
      world.answers.token = ({ headers }) =>
        nonceOf(headers) === 'of-the-issuer'
          ? issue(world, { token_type: 'DPoP' })
          : { status: 400, headers: { 'dpop-nonce': 'of-the-issuer' }, body: { error: 'use_dpop_nonce' } };
      world.answers.resource = ({ headers }) => {
        if (headers['authorization'] === undefined) return challenge(world);
        expect(headers['authorization']).toMatch(/^DPoP token-1$/);
        return nonceOf(headers) === 'of-the-resource'
          ? { status: 200 }
          : {
              status: 401,
              headers: { 'dpop-nonce': 'of-the-resource', 'www-authenticate': 'DPoP error="use_dpop_nonce"' },
            };
      };
      const agent = world.agent({ dpop });
      expect((await agent.fetch(world.resource)).status).toBe(200);
      expect((await agent.fetch(world.resource)).status).toBe(200);
      expect(proofs).toHaveLength(5);
      expect(new Set(proofs.map((proof) => decodeJwt(proof).jti)).size).toBe(5);
      const { htm, htu, ath } = decodeJwt(proofs.at(-1)!);
      expect([htm, htu, typeof ath]).toEqual(['GET', world.resource, 'string']);
    },
  );

  verifies('rfc9449:5:agent-bound', 'has no use for a token that is anybody’s', async () => {
    const dpop = await generateKeyPair('ES256');
    expect((await failure(world.agent({ dpop }).fetch(world.resource))).message).toMatch(
      /bearer.*DPoP was asked/,
    );
  });

  it('gives up on a server that wants one nonce after the other', async () => {
    const dpop = await generateKeyPair('ES256');
    world.answers.token = () => ({
      status: 400,
      headers: { 'dpop-nonce': 'n' },
      body: { error: 'use_dpop_nonce' },
    });
    expect(await failure(world.agent({ dpop }).fetch(world.resource))).toMatchObject({
      error: 'use_dpop_nonce',
    });
    expect(tokenRequests()).toHaveLength(2);
  });
});

describe('an agent that somebody sent a token', () => {
  verifies(
    'rfc8693:2.1:agent-exchange',
    'exchanges it for one of each target, and keeps apart in whose name it has them',
    async () => {
      const agent = world.agent();
      await agent.onBehalfOf('token-of-alice').fetch(world.resource);
      await agent.onBehalfOf('token-of-alice').fetch(world.resource);
      await agent.onBehalfOf('token-of-bob').fetch(world.resource);
      await agent.fetch(world.resource);
      expect(tokenRequests().map(({ form }) => Object.fromEntries(form))).toEqual([
        exchangeOf('token-of-alice'),
        exchangeOf('token-of-bob'),
        { grant_type: 'client_credentials', resource: world.resource },
      ]);
      expect(world.mcp.to('/mcp').map(({ headers }) => headers['authorization'])).toEqual([
        undefined,
        'Bearer token-1',
        'Bearer token-1',
        'Bearer token-2',
        'Bearer token-3',
      ]);
      expect(JSON.stringify(world.mcp.seen)).not.toContain('token-of-alice');
    },
  );

  it('says what kind of token it was, where it is another', async () => {
    const jwt = 'urn:ietf:params:oauth:token-type:jwt';
    await world.agent().onBehalfOf('token-of-alice', { subjectTokenType: jwt }).token(world.resource);
    expect(tokenRequests()[0]!.form.get('subject_token_type')).toBe(jwt);
  });

  const exchangeOf = (subject: string) => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: subject,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    resource: world.resource,
  });
});

describe('how an agent proves who it is', () => {
  it('is a secret in the body, in characters of any kind', async () => {
    await world.agent({ client: clientSecretPost('planner', 'ä+ /:&') }).token(world.resource);
    expect(Object.fromEntries(tokenRequests()[0]!.form)).toMatchObject({
      client_id: 'planner',
      client_secret: 'ä+ /:&',
    });
  });

  verifies(
    'rfc6749:2.3.1:agent-secret',
    'is a secret in the header, form-encoded, read anew for each request',
    async () => {
      const secrets = ['ä+ /:&', 'rotated'];
      const agent = world.agent({ client: clientSecretBasic('plan:ner', () => secrets.shift() ?? '') });
      await agent.token('https://a.example.com');
      await agent.token('https://b.example.com');
      expect(
        tokenRequests().map(({ headers }) => atob(headers['authorization']!.slice('Basic '.length))),
      ).toEqual(['plan%3Aner:%C3%A4%2B+%2F%3A%26', 'plan%3Aner:rotated']);
    },
  );

  verifies(
    'rfc7523:2.2:agent-assertion',
    'is an assertion that it signs for the issuer, a new one each time',
    async () => {
      const { privateKey } = await generateKeyPair('ES256');
      const agent = world.agent({
        client: privateKeyJwt('planner', { key: privateKey, kid: 'k1' }),
      });
      await agent.token('https://a.example.com');
      await agent.token('https://b.example.com');
      const claims = tokenRequests().map(({ form }) => decodeJwt(form.get('client_assertion')!));
      expect(claims[0]).toMatchObject({ iss: 'planner', sub: 'planner', aud: world.issuer.origin });
      expect(claims[0]!.jti).not.toBe(claims[1]!.jti);
    },
  );

  verifies(
    'rfc7521:4.2:agent-platform',
    'is what its platform says of it, with no name and no secret',
    async () => {
      await world
        .agent({ client: awsWebIdentity(() => Promise.resolve('jwt-of-aws')) })
        .token(world.resource);
      expect(Object.fromEntries(tokenRequests()[0]!.form)).toEqual({
        grant_type: 'client_credentials',
        resource: world.resource,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: 'jwt-of-aws',
      });
    },
  );

  verifies('rfc7523:2.1:workload', 'is nothing but the assertion of a workload', async () => {
    const grant = workloadAssertion((issuer) => Promise.resolve(`jwt-for-${issuer}`));
    await world.agent({ client: clientSecretBasic('planner', secret), grant }).token(world.resource);
    const [asked] = tokenRequests();
    expect(asked!.headers['authorization']).toBeUndefined();
    expect(Object.fromEntries(asked!.form)).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      resource: world.resource,
      assertion: `jwt-for-${world.issuer.origin}`,
    });
  });

  verifies('EMA:agent-identity-assertion', 'is the word of a person’s identity provider', async () => {
    const idp = await startServer((seen, origin) =>
      seen.path === '/token'
        ? {
            status: 200,
            body: {
              access_token: 'id-jag',
              token_type: 'N_A',
              issued_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
            },
          }
        : seen.path === '/.well-known/openid-configuration'
          ? { status: 200, body: { issuer: origin, token_endpoint: `${origin}/token` } }
          : { status: 404 },
    );
    const grant = identityAssertion({
      ...{ identityProvider: idp.origin, client: publicClient('notebook'), idToken: 'id-token' },
    });
    await world.agent({ grant }).token(world.resource, { scope: 'read' });
    expect(Object.fromEntries(idp.to('/token')[0]!.form)).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
      subject_token: 'id-token',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      audience: world.issuer.origin,
      resource: world.resource,
      scope: 'read',
      client_id: 'notebook',
    });
    expect(Object.fromEntries(tokenRequests()[0]!.form)).toMatchObject({
      assertion: 'id-jag',
      scope: 'read',
    });
    await idp.close();
  });
});
