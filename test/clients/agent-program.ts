import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { importPKCS8 } from 'jose';
import * as oauth from 'oauth4webapi';
import {
  clientSecretBasic,
  createAgent,
  identityAssertion,
  privateKeyJwt,
  publicClient,
  workloadAssertion,
  type Agent,
  type Grant,
} from '../../lambdas/agent/index.ts';

/**
 * An agent as the MCP conformance suite starts it: the URL of a server as its last argument, what it was given as the
 * suite's context. It lists the tools there and calls one.
 */
const url = process.argv.at(-1) ?? '';
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const given = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as Readonly<Record<string, string>>;

const agents: Readonly<Record<string, (issuer: string) => Promise<Agent>>> = {
  'auth/client-credentials-basic': (issuer) =>
    made({ issuer, client: clientSecretBasic(context('client_id'), context('client_secret')) }),
  'auth/client-credentials-jwt': async (issuer) => {
    const key = await importPKCS8(context('private_key_pem'), context('signing_algorithm'));
    return made({ issuer, client: privateKeyJwt(context('client_id'), key) });
  },
  'auth/enterprise-managed-authorization': (issuer) =>
    made({
      issuer,
      client: clientSecretBasic(context('client_id'), context('client_secret')),
      grant: identityAssertion({
        identityProvider: context('idp_issuer'),
        client: publicClient(context('idp_client_id')),
        idToken: context('idp_id_token'),
      }),
    }),
  'auth/wif-jwt-bearer': (issuer) =>
    made({ issuer, grant: workloadAssertion(() => Promise.resolve(context('valid_jwt'))) }),
  'auth/dpop': withKey,
  'auth/dpop-nonce': withKey,
};

const made = (options: Parameters<typeof createAgent>[0]): Promise<Agent> =>
  Promise.resolve(createAgent(options));

function context(name: string): string {
  const value = given[name];
  if (value === undefined) throw new Error(`the suite gave no ${name}`);
  return value;
}

/** A program on a person's machine: it registers itself, a browser goes where the person would, and its tokens are bound to its key. */
async function withKey(issuer: string): Promise<Agent> {
  const redirectUri = 'http://127.0.0.1:3333/callback';
  const server = await metadataOf(issuer);
  const registered = await fetch(server.registration_endpoint ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ client_name: 'Agent', redirect_uris: [redirectUri], application_type: 'native' },
      token_endpoint_auth_method: 'none',
    }),
  });
  const client = (await registered.json()) as oauth.Client;
  const signIn: Grant = {
    type: 'authorization_code',
    parameters: async ({ resource }) => {
      const verifier = oauth.generateRandomCodeVerifier();
      const state = oauth.generateRandomState();
      const authorize = new URL(server.authorization_endpoint ?? '');
      authorize.search = new URLSearchParams({
        ...{ response_type: 'code', client_id: client.client_id, redirect_uri: redirectUri, state, resource },
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString();
      const answer = await fetch(authorize, { redirect: 'manual' });
      const back = new URL(answer.headers.get('location') ?? '');
      const code = oauth.validateAuthResponse(server, client, back, state).get('code') ?? '';
      return { code, redirect_uri: redirectUri, code_verifier: verifier };
    },
  };
  const dpop = await oauth.generateKeyPair('ES256');
  return createAgent({ issuer, client: publicClient(client.client_id), grant: signIn, dpop });
}

async function metadataOf(issuer: string): Promise<oauth.AuthorizationServer> {
  const request = await oauth.discoveryRequest(new URL(issuer), { algorithm: 'oauth2', ...overLoopback });
  return oauth.processDiscoveryResponse(new URL(issuer), request);
}

/** What an operator would have written into the agent's settings. */
async function issuerOf(server: string): Promise<string> {
  const answer = await fetch(new URL('/.well-known/oauth-protected-resource/mcp', server));
  const { authorization_servers: issuers } = (await answer.json()) as {
    authorization_servers: readonly string[];
  };
  return issuers[0] ?? '';
}

// eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
const overLoopback = { [oauth.allowInsecureRequests]: true } as const;

const make = agents[scenario];
if (make === undefined) throw new Error(`no agent for ${scenario}`);
const agent = await make(await issuerOf(url));
const client = new Client({ name: 'agent', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch: agent.fetch }));
await client.listTools();
await client.callTool({ name: 'test-tool', arguments: {} });
await client.close();
