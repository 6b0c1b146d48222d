import { generateKeyPairSync, sign } from 'node:crypto';
import { generateKeyPair, exportJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { AssertionAlgorithm } from '../../../lambdas/oauth/client-authentication/assertion-algorithms.ts';
import type {
  Agent,
  Client,
  RegistryReader,
  Resource,
  StoredSecret,
} from '../../../lambdas/ports/registry.ts';
import type { KeyRing, Signer, SigningKey } from '../../../lambdas/ports/signing.ts';
import { instant, type Instant } from '../../../lambdas/runtime/clock.ts';
import { sha256 } from '../../../lambdas/runtime/digest.ts';
import type {
  AgentId,
  Audience,
  ClientId,
  Issuer,
  KeyThumbprint,
  ResourceId,
  ResourceUri,
  ScopeName,
} from '../../../lambdas/runtime/identifiers.ts';

export const now: Instant = instant(1_800_000_000);
export const issuer = 'https://auth.example.com' as Issuer;
export const tokenEndpointUrl = `${issuer}/token`;
export const theSecret = 'T0pSecretT0pSecretT0pSecretT0pSecretT0pSecr';

const registration = {
  state: 'active',
  managedBy: { kind: 'deployment', deployment: 'vestibule' },
  createdAt: instant(1_700_000_000),
  updatedAt: instant(1_700_000_000),
} as const;

export const scopes = (...names: readonly string[]): readonly ScopeName[] => names as readonly ScopeName[];

export const uri = (text: string): ResourceUri => text as ResourceUri;

export function aResource(overrides: Partial<Resource> = {}): Resource {
  return {
    ...registration,
    id: 'demo' as ResourceId,
    uri: uri('https://mcp.example.com/mcp'),
    audience: (overrides.uri ?? 'https://mcp.example.com/mcp') as string as Audience,
    kind: 'mcp-server',
    name: 'Demo',
    scopes: [
      { name: 'tools:read' as ScopeName, description: 'List tools and read' },
      { name: 'tools:write' as ScopeName, description: 'Change things' },
    ],
    ...overrides,
  };
}

export function anAgent(overrides: Partial<Agent> = {}): Agent {
  return {
    ...registration,
    id: 'planner' as AgentId,
    name: 'Planner',
    owner: 'platform@example.com',
    catalogue: [
      {
        resource: uri('https://mcp.example.com/mcp'),
        required: scopes('tools:read'),
        optional: scopes('tools:write'),
      },
    ],
    ...overrides,
  };
}

export function aStoredSecret(secret: string, id = 'first'): StoredSecret {
  return { id, digest: sha256(secret), createdAt: registration.createdAt };
}

export function aClient(overrides: Partial<Client> = {}): Client {
  return {
    ...registration,
    id: 'planner-client' as ClientId,
    name: 'Planner',
    agentId: 'planner' as AgentId,
    grantTypes: ['client_credentials'],
    authentication: { method: 'client_secret_basic', secrets: [aStoredSecret(theSecret)] },
    ...overrides,
  };
}

/** What the registry port answers for these entries. */
export function registryOf(entries: {
  readonly clients?: readonly Client[];
  readonly agents?: readonly Agent[];
  readonly resources?: readonly Resource[];
}): RegistryReader {
  return {
    resources: (uris) => Promise.resolve((entries.resources ?? []).filter(({ uri }) => uris.includes(uri))),
    view: ({ clientId, resourceUri }) => {
      const client = entries.clients?.find(({ id }) => id === clientId);
      const agent = entries.agents?.find(({ id }) => id === client?.agentId);
      const resource = entries.resources?.find((candidate) => candidate.uri === resourceUri);
      return Promise.resolve({
        ...(client && { client }),
        ...(agent && { agent }),
        ...(resource && { resource }),
      });
    },
  };
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Signs as KMS does, with a key of this process. */
export const processSigner: Signer = {
  sign: (_key, signingInput) => Promise.resolve(sign('sha256', Buffer.from(signingInput), privateKey)),
};

export function aSigningKey(overrides: Partial<SigningKey> = {}): SigningKey {
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  return {
    kid: 'active-key' as KeyThumbprint,
    custody: { kind: 'kms', keyArn: 'arn:aws:kms:us-east-1:000000000000:key/active' },
    algorithm: 'RS256',
    publicJwk: { kty: 'RSA', n, e },
    publishedAt: instant(now - 86_400),
    signFrom: instant(now - 3_600),
    ...overrides,
  };
}

export function aKeyRing(...keys: readonly SigningKey[]): KeyRing {
  return { version: 1, keys };
}

/** A standby: published and waiting. */
export function aStandbyKey(overrides: Partial<SigningKey> = {}): SigningKey {
  const { custody, algorithm, publicJwk, publishedAt } = aSigningKey();
  return { kid: 'standby-key' as KeyThumbprint, custody, algorithm, publicJwk, publishedAt, ...overrides };
}

export interface AssertionKeyPair {
  readonly algorithm: AssertionAlgorithm;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK & Readonly<Record<string, unknown>>;
}

export async function anAssertionKey(
  algorithm: AssertionAlgorithm = 'ES256',
  kid = 'client-key',
): Promise<AssertionKeyPair> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  return {
    algorithm,
    privateKey: pair.privateKey,
    publicJwk: { ...(await exportJWK(pair.publicKey)), kid, alg: algorithm, use: 'sig' },
  };
}

/** A flawless assertion of `planner-client`; overrides replace claims and header members, `undefined` removes them. */
export function anAssertion(
  { algorithm, privateKey: key, publicJwk }: AssertionKeyPair,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const payload = {
    iss: 'planner-client',
    sub: 'planner-client',
    aud: issuer,
    exp: now + 60,
    jti: 'jti-1',
    ...claims,
  };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: algorithm, kid: publicJwk.kid, ...header } as { alg: string })
    .sign(key);
}

export function aKeyClient(keys: readonly AssertionKeyPair[], overrides: Partial<Client> = {}): Client {
  return aClient({
    authentication: {
      method: 'private_key_jwt',
      keys: { kind: 'jwks', jwks: { keys: keys.map(({ publicJwk }) => publicJwk) } },
      acceptsTokenEndpointAudience: false,
    },
    ...overrides,
  });
}
