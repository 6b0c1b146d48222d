import fc from 'fast-check';
import type { AwsWorkload } from '../../../lambdas/ports/aws-workload.ts';
import {
  assertionAlgorithms,
  assertionAudiences,
  type ClientProof,
  type IdentityProvider,
  profileNames,
  type ProviderKey,
  type Role,
} from '../../../lambdas/ports/identity-providers.ts';
import type {
  Agent,
  AssertionKeys,
  Client,
  Registration,
  Resource,
  SelfRegistration,
} from '../../../lambdas/ports/registry.ts';
import { delegations } from './delegation-arbitrary.ts';
import { origins } from './origin-arbitrary.ts';
import { tasks } from './task-policy-arbitrary.ts';
import type { StoredGrant } from '../../../lambdas/ports/grants.ts';
import type { KeyRing, SigningKey } from '../../../lambdas/ports/signing.ts';
import { type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import type { ScopeName, UpstreamSession } from '../../../lambdas/runtime/identifiers.ts';

/** Any text that can be told from its absence, of a branded kind where one is wanted. */
export const text = <Kind extends string = string>(): fc.Arbitrary<Kind> =>
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((value) => value as Kind);
const time: fc.Arbitrary<Instant> = fc.nat(4_000_000_000).map(instant);
export const few = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> =>
  fc.array(value, { maxLength: 4 });

export const registration: { [Member in keyof Registration]: fc.Arbitrary<Registration[Member]> } = {
  state: fc.constantFrom('active', 'disabled'),
  managedBy: fc.oneof(
    fc.record({ kind: fc.constant('deployment' as const), deployment: text() }),
    fc.record({ kind: fc.constant('operator' as const), arn: text() }),
    fc.constant({ kind: 'self' as const }),
  ),
  createdAt: time,
  updatedAt: time,
};

export const agents: fc.Arbitrary<Agent> = fc
  .record({
    ...registration,
    id: text<Agent['id']>(),
    name: text(),
    owner: text(),
    catalogue: few(
      fc.record({
        ...{ resource: text<Agent['catalogue'][0]['resource']>() },
        ...{ required: few(text<ScopeName>()), optional: few(text<ScopeName>()) },
      }),
    ),
  })
  .chain((agent) => withOptional(agent, { delegations, tasks }));

export const resources: fc.Arbitrary<Resource> = fc
  .record({
    ...registration,
    id: text<Resource['id']>(),
    uri: text<Resource['uri']>(),
    audience: text<Resource['audience']>(),
    kind: fc.constantFrom('mcp-server' as const, 'agent' as const, 'egress' as const),
    name: text(),
    scopes: few(fc.record({ name: text<Resource['scopes'][0]['name']>(), description: text() })),
  })
  .chain((resource) =>
    withOptional(resource, {
      agentId: text<NonNullable<Resource['agentId']>>(),
      clients: fc.constantFrom('declared' as const, 'any' as const),
      tokens: fc.constant('opaque' as const),
      dpop: fc.constantFrom('accepted' as const, 'required' as const),
      delegations,
      actor: text<NonNullable<Resource['actor']>>(),
    }),
  );

const jwkMember = fc.constantFrom('kty', 'kid', 'use', 'alg', 'key_ops', 'crv', 'n', 'e', 'x', 'y');
const keys: fc.Arbitrary<AssertionKeys> = fc.oneof(
  fc.record({ kind: fc.constant('jwks_uri' as const), jwksUri: text() }),
  fc.record({
    kind: fc.constant('jwks' as const),
    jwks: fc.record({
      keys: few(
        fc.dictionary(jwkMember, fc.oneof(fc.string({ unit: 'grapheme' }), few(text())), {
          noNullPrototype: true,
        }),
      ),
    }),
  }),
);

const secret = fc.record({ id: text(), digest: text(), createdAt: time });
const authentication: fc.Arbitrary<Client['authentication']> = fc.oneof(
  fc.record({
    method: fc.constantFrom('client_secret_basic' as const, 'client_secret_post' as const),
    secrets: fc.array(secret, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({
    method: fc.constant('private_key_jwt' as const),
    keys,
    acceptsTokenEndpointAudience: fc.boolean(),
  }),
  fc.record({ method: fc.constant('aws_iam_jwt' as const), workload: workloads() }),
  fc.record({ method: fc.constant('aws_caller_identity' as const), role: text() }),
  fc.record({
    method: fc.constant('tls_client_auth' as const),
    name: fc.record({
      kind: fc.constantFrom(
        'subject_dn' as const,
        'san_dns' as const,
        'san_uri' as const,
        'san_ip' as const,
        'san_email' as const,
      ),
      ...{ value: text(), canonical: text() },
    }),
  }),
  fc.constant({ method: 'none' as const }),
);

function workloads(): fc.Arbitrary<AwsWorkload> {
  // Registration admits no tag under a name that a reader of records would leave out.
  const tagName = text().filter((name) => !['__proto__', 'prototype', 'constructor'].includes(name));
  return fc
    .record({
      issuer: text(),
      role: text(),
      principalTags: fc.dictionary(tagName, fc.string({ unit: 'grapheme' }), { noNullPrototype: true }),
      lambdaFunctions: few(text()),
    })
    .chain((workload) => withOptional(workload, { organization: text() }));
}

const registered: fc.Arbitrary<SelfRegistration> = fc
  .record({
    // What was a body in JSON once: writing it again makes 0 of -0.
    metadata: fc
      .dictionary(text(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 })
      .map((stated) => JSON.parse(JSON.stringify(stated)) as SelfRegistration['metadata']),
    awaitsApproval: fc.boolean(),
  })
  .chain((stated) => withOptional(stated, { tokenDigest: text(), registrationTokenId: text() }));

export const clients: fc.Arbitrary<Client> = fc
  .record({
    ...registration,
    id: text<Client['id']>(),
    name: text(),
    grantTypes: few(
      fc.constantFrom<Client['grantTypes'][number][]>(
        'client_credentials',
        'authorization_code',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:token-exchange',
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
      ),
    ),
    authentication,
  })
  .chain((client) =>
    withOptional(client, {
      agentId: text<NonNullable<Client['agentId']>>(),
      resource: text<NonNullable<Client['resource']>>(),
      redirectUris: few(text()),
      postLogoutRedirectUris: few(text()),
      attachedRedirectUris: few(fc.record({ uri: text(), by: text() })),
      consent: fc.constantFrom('asked' as const, 'implied' as const),
      pushesRequests: fc.boolean(),
      dpopBound: fc.boolean(),
      certificateBound: fc.boolean(),
      expiresAt: time,
      registered,
    }),
  );

const roles: fc.Arbitrary<Role[]> = few(
  fc.record({
    name: text(),
    groups: fc.oneof(fc.constant('everyone' as const), few(text())),
    scopes: few(
      fc.record({
        resource: text<Role['scopes'][0]['resource']>(),
        names: few(text<Role['scopes'][0]['names'][0]>()),
      }),
    ),
  }),
);

const rsaKey = fc.record({ kty: fc.constant('RSA' as const), n: text(), e: text() });

const providerKey: fc.Arbitrary<ProviderKey> = fc.record({
  ...{ id: text(), keyArn: text(), kid: text<ProviderKey['kid']>(), publicJwk: rsaKey },
});

const clientProof: fc.Arbitrary<ClientProof> = fc.oneof(
  fc.constant({ method: 'client_secret' as const }),
  fc
    .record({
      method: fc.constant('private_key_jwt' as const),
      alg: fc.constantFrom(...assertionAlgorithms),
      audience: fc.constantFrom(...assertionAudiences),
      keys: fc.tuple(providerKey, few(providerKey)).map(([first, others]) => [first, ...others] as const),
    })
    .chain((proof) =>
      withOptional(proof, { certificate: fc.record({ thumbprint: text(), notAfter: time }) }),
    ),
);

export const identityProviders: fc.Arbitrary<IdentityProvider> = fc
  .record({
    ...registration,
    id: text<IdentityProvider['id']>(),
    name: text(),
    issuer: text(),
    clientId: text(),
    clientProof,
    dpop: fc.boolean(),
    scopes: few(text()),
    domains: few(text()),
    profile: fc.constantFrom(...profileNames),
    onLogout: fc.constantFrom('sessions' as const, 'everything' as const),
    subjectClaim: text(),
  })
  .chain((idp) =>
    withOptional(idp, {
      resources: few(text<Role['scopes'][0]['resource']>()),
      tenantClaim: text(),
      tenants: few(text()),
      acr: fc.dictionary(text(), text(), { maxKeys: 3 }),
      groupsClaim: text(),
      roles,
    }),
  );

const signingKey: fc.Arbitrary<SigningKey> = fc
  .record({
    kid: text<SigningKey['kid']>(),
    custody: fc.oneof(
      fc.record({ kind: fc.constant('kms' as const), keyArn: text() }),
      fc.record({ kind: fc.constant('envelope' as const) }),
    ),
    algorithm: fc.constantFrom('RS256' as const, 'ES256' as const),
    publicJwk: fc.oneof(
      fc.record({ kty: fc.constant('RSA' as const), n: text(), e: text() }),
      fc.record({
        kty: fc.constant('EC' as const),
        crv: fc.constant('P-256' as const),
        x: text(),
        y: text(),
      }),
    ),
    publishedAt: time,
  })
  .chain((key) => withOptional(key, { signFrom: time, signUntil: time, publishUntil: time }));

export const keyRings: fc.Arbitrary<KeyRing> = fc
  .record({ version: fc.nat(), keys: few(signingKey) })
  .chain((ring) => withOptional(ring, { making: fc.record({ intent: text(), by: text(), until: time }) }));

const people: fc.Arbitrary<StoredGrant['terms']['person']> = fc
  .record({
    id: text<StoredGrant['terms']['person']['id']>(),
    idp: text<StoredGrant['terms']['person']['idp']>(),
    roles: few(text()),
  })
  .chain((person) =>
    withOptional(person, {
      ...{ name: text(), preferredUsername: text(), email: text(), emailVerified: fc.boolean() },
      ...{ authTime: time, acr: text(), amr: few(text()) },
      session: text<UpstreamSession>(),
    }),
  );

const terms: fc.Arbitrary<StoredGrant['terms']> = fc
  .record({
    id: text<StoredGrant['terms']['id']>(),
    clientId: text<StoredGrant['terms']['clientId']>(),
    person: people,
    scope: few(text<StoredGrant['terms']['scope'][0]>()),
    ...{ offline: fc.boolean(), keptUpstream: fc.boolean() },
  })
  .chain((some) =>
    withOptional(some, {
      agentId: text<NonNullable<StoredGrant['terms']['agentId']>>(),
      resource: text<NonNullable<StoredGrant['terms']['resource']>>(),
      origin: origins,
    }),
  );

const families: fc.Arbitrary<NonNullable<StoredGrant['family']>> = fc
  .record({
    ...{ digest: text(), generation: fc.nat(), current: text(), idleUntil: time, absoluteUntil: time },
    ring: few(fc.record({ digest: text(), salt: text(), until: time })),
  })
  .chain((family) => withOptional(family, { jkt: text(), x5t: text() }));

export const grants: fc.Arbitrary<StoredGrant> = fc
  .record({
    ...{ terms, createdAt: time },
    code: fc.record({ digest: text(), expiresAt: time }).chain((code) =>
      withOptional(code, {
        ...{ redirectUri: text(), codeChallenge: text(), nonce: text(), dpopJkt: text(), redeemedAt: time },
      }),
    ),
  })
  .chain((grant) =>
    withOptional(grant, { family: families, ended: fc.record({ at: time, reason: text() }) }),
  );

/** The same with some, all or none of further members. */
function withOptional<Whole, More extends object>(
  whole: Whole,
  more: { [Member in keyof More]: fc.Arbitrary<More[Member]> },
): fc.Arbitrary<Whole & Partial<More>> {
  return fc
    .record<More, never>(more, { requiredKeys: [] })
    .map((some) => ({ ...whole, ...some }) as Whole & Partial<More>);
}
