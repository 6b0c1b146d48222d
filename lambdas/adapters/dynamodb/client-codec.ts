import * as v from 'valibot';
import type { AwsWorkload } from '../../ports/aws-workload.ts';
import { isStoppedForGood } from '../../ports/client-registrations.ts';
import type {
  AssertionKeys,
  Client,
  ClientAuthentication,
  SelfRegistration,
  StoredSecret,
} from '../../ports/registry.ts';
import { after, instant } from '../../runtime/clock.ts';
import type { AgentId, ClientId, IdpId, ResourceUri } from '../../runtime/identifiers.ts';
import { type Alias, targetOf } from './alias.ts';
import type { Item, Plain, PlainRecord } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, registered, registrationAttributes, registrationOf, text, whole } from './stored.ts';

const storedSecret = v.object({ id: text, digest: text, created_at: whole });

const storedKeys = v.variant('kind', [
  v.object({
    kind: v.literal('jwks'),
    keys: v.array(v.record(v.string(), v.union([v.string(), v.array(v.string())]))),
  }),
  v.object({ kind: v.literal('jwks_uri'), jwks_uri: text }),
]);

const storedAuthentication = v.variant('method', [
  v.object({
    method: v.picklist(['client_secret_basic', 'client_secret_post']),
    secrets: v.pipe(v.array(storedSecret), v.minLength(1), v.maxLength(2)),
  }),
  v.object({
    method: v.literal('private_key_jwt'),
    keys: storedKeys,
    accepts_token_endpoint_audience: v.boolean(),
  }),
  v.object({
    method: v.literal('aws_iam_jwt'),
    issuer: text,
    role: text,
    organization: v.exactOptional(text),
    principal_tags: v.array(v.object({ key: text, value: v.string() })),
    lambda_functions: v.array(text),
  }),
  v.object({ method: v.literal('aws_caller_identity'), role: text }),
  v.object({
    method: v.literal('tls_client_auth'),
    kind: v.picklist(['subject_dn', 'san_dns', 'san_uri', 'san_ip', 'san_email']),
    value: text,
    canonical: text,
  }),
  v.object({ method: v.literal('none') }),
]);

const storedClient = v.object({
  ...registered,
  kind: v.literal('client'),
  name: text,
  agent_id: v.exactOptional(text),
  resource: v.exactOptional(text),
  grant_types: v.array(
    v.picklist([
      ...(['client_credentials', 'authorization_code', 'refresh_token'] as const),
      ...(['device_code', 'token-exchange', 'jwt-bearer'] as const).map(
        (name) => `urn:ietf:params:oauth:grant-type:${name}` as const,
      ),
    ]),
  ),
  authentication: storedAuthentication,
  redirect_uris: v.exactOptional(v.array(text)),
  attached_redirect_uris: v.exactOptional(v.array(v.object({ uri: text, by: text }))),
  post_logout_redirect_uris: v.exactOptional(v.array(text)),
  consent: v.exactOptional(v.picklist(['asked', 'implied'])),
  pushes_requests: v.exactOptional(v.boolean()),
  dpop_bound: v.exactOptional(v.boolean()),
  certificate_bound: v.exactOptional(v.boolean()),
  expires_at: v.exactOptional(whole),
  registered: v.exactOptional(
    v.object({
      metadata: text,
      token_digest: v.exactOptional(text),
      awaits_approval: v.boolean(),
      registration_token: v.exactOptional(text),
      enrolled_at: v.exactOptional(v.array(text)),
    }),
  ),
  seeded_digest: v.exactOptional(text),
});

type StoredAuthentication = v.InferOutput<typeof storedAuthentication>;
type StoredClient = v.InferOutput<typeof storedClient>;

const sweepMarginSeconds = 3_600;

export function encodeClient(client: Client): PlainRecord {
  return {
    pk: keyOf.client(client.id),
    kind: 'client',
    id: client.id,
    name: client.name,
    agent_id: client.agentId,
    resource: client.resource,
    grant_types: client.grantTypes,
    authentication: authenticationAttribute(client.authentication),
    redirect_uris: client.redirectUris,
    attached_redirect_uris: client.attachedRedirectUris?.map(({ uri, by }) => ({ uri, by })),
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    consent: client.consent,
    pushes_requests: client.pushesRequests,
    dpop_bound: client.dpopBound,
    certificate_bound: client.certificateBound,
    expires_at: client.expiresAt,
    ttl: sweptAt(client),
    registered: registeredAttribute(client),
    ...registrationAttributes(client),
  };
}

export function decodeClient(item: Item): Client {
  const stored = decode(storedClient, item);
  return {
    id: stored.id as ClientId,
    name: stored.name,
    ...(stored.agent_id !== undefined && { agentId: stored.agent_id as AgentId }),
    ...(stored.resource !== undefined && { resource: stored.resource as ResourceUri }),
    grantTypes: stored.grant_types,
    authentication: authenticationOf(stored.authentication),
    ...(stored.redirect_uris && { redirectUris: stored.redirect_uris }),
    ...(stored.attached_redirect_uris && { attachedRedirectUris: stored.attached_redirect_uris }),
    ...(stored.post_logout_redirect_uris && { postLogoutRedirectUris: stored.post_logout_redirect_uris }),
    ...(stored.consent && { consent: stored.consent }),
    ...(stored.pushes_requests !== undefined && { pushesRequests: stored.pushes_requests }),
    ...(stored.dpop_bound !== undefined && { dpopBound: stored.dpop_bound }),
    ...(stored.certificate_bound !== undefined && { certificateBound: stored.certificate_bound }),
    ...(stored.expires_at !== undefined && { expiresAt: instant(stored.expires_at) }),
    ...(stored.registered && { registered: selfRegistrationOf(stored.registered) }),
    ...registrationOf(stored),
  };
}

/** The sweep waits longer than any clock of ours is off. What an operator disabled is no longer swept: it stays so. */
function sweptAt(client: Client): number | undefined {
  const { expiresAt } = client;
  const isKept = expiresAt === undefined || isStoppedForGood(client);
  return isKept ? undefined : after(expiresAt, sweepMarginSeconds);
}

function registeredAttribute({ registered }: Client): Plain | undefined {
  return (
    registered && {
      metadata: JSON.stringify(registered.metadata),
      token_digest: registered.tokenDigest,
      awaits_approval: registered.awaitsApproval,
      registration_token: registered.registrationTokenId,
      enrolled_at: registered.enrolledAt,
    }
  );
}

function selfRegistrationOf(stored: NonNullable<StoredClient['registered']>): SelfRegistration {
  return {
    metadata: JSON.parse(stored.metadata) as SelfRegistration['metadata'],
    ...(stored.token_digest !== undefined && { tokenDigest: stored.token_digest }),
    awaitsApproval: stored.awaits_approval,
    ...(stored.registration_token !== undefined && { registrationTokenId: stored.registration_token }),
    ...(stored.enrolled_at && { enrolledAt: stored.enrolled_at as IdpId[] }),
  };
}

/** A client that is an AWS role is found by its issuer and that role. */
export function clientAliases({ id, authentication }: Client): readonly Alias[] {
  if (authentication.method !== 'aws_iam_jwt') return [];
  const { issuer, role } = authentication.workload;
  return [{ key: keyOf.awsRole(issuer, role), names: 'client_id', target: id, identifier: role }];
}

export function decodeClientAlias(item: Item): ClientId {
  return targetOf('client_id', item) as ClientId;
}

function authenticationAttribute(authentication: ClientAuthentication): Plain {
  switch (authentication.method) {
    case 'private_key_jwt':
      return {
        method: authentication.method,
        keys: keysAttribute(authentication.keys),
        accepts_token_endpoint_audience: authentication.acceptsTokenEndpointAudience,
      };
    case 'aws_iam_jwt':
      return { method: authentication.method, ...workloadAttributes(authentication.workload) };
    case 'aws_caller_identity':
      return { method: authentication.method, role: authentication.role };
    case 'tls_client_auth':
      return { method: authentication.method, ...authentication.name };
    case 'none':
      return { method: authentication.method };
    case 'client_secret_basic':
    case 'client_secret_post':
      return { method: authentication.method, secrets: authentication.secrets.map(secretAttribute) };
  }
}

function authenticationOf(stored: StoredAuthentication): ClientAuthentication {
  switch (stored.method) {
    case 'private_key_jwt':
      return {
        method: stored.method,
        keys:
          stored.keys.kind === 'jwks'
            ? { kind: 'jwks', jwks: { keys: stored.keys.keys } }
            : { kind: 'jwks_uri', jwksUri: stored.keys.jwks_uri },
        acceptsTokenEndpointAudience: stored.accepts_token_endpoint_audience,
      };
    case 'aws_iam_jwt':
      return { method: stored.method, workload: workloadOf(stored) };
    case 'aws_caller_identity':
      return { method: stored.method, role: stored.role };
    case 'tls_client_auth': {
      const { method, ...name } = stored;
      return { method, name };
    }
    case 'none':
      return { method: stored.method };
    case 'client_secret_basic':
    case 'client_secret_post':
      return {
        method: stored.method,
        secrets: stored.secrets.map((secret) => ({
          id: secret.id,
          digest: secret.digest,
          createdAt: instant(secret.created_at),
        })),
      };
  }
}

function workloadAttributes(workload: AwsWorkload): PlainRecord {
  return {
    issuer: workload.issuer,
    role: workload.role,
    organization: workload.organization,
    principal_tags: Object.entries(workload.principalTags).map(([key, value]) => ({ key, value })),
    lambda_functions: workload.lambdaFunctions,
  };
}

function workloadOf(stored: Extract<StoredAuthentication, { readonly method: 'aws_iam_jwt' }>): AwsWorkload {
  return {
    issuer: stored.issuer,
    role: stored.role,
    ...(stored.organization !== undefined && { organization: stored.organization }),
    principalTags: Object.fromEntries(stored.principal_tags.map(({ key, value }) => [key, value])),
    lambdaFunctions: stored.lambda_functions,
  };
}

function secretAttribute(secret: StoredSecret): Plain {
  return { id: secret.id, digest: secret.digest, created_at: secret.createdAt };
}

/** Registration kept only public members that are text or lists of text, so a key is an item attribute as it is. */
function keysAttribute(keys: AssertionKeys): Plain {
  return keys.kind === 'jwks'
    ? { kind: keys.kind, keys: keys.jwks.keys as Plain[] }
    : { kind: keys.kind, jwks_uri: keys.jwksUri };
}
