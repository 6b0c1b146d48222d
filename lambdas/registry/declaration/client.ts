import * as v from 'valibot';
import type {
  AssertionKeys,
  AwsAuthentication,
  AwsCallerAuthentication,
  CertificateAuthentication,
  GrantType,
  KeyAuthentication,
  PublicAuthentication,
  SecretAuthentication,
} from '../../ports/registry.ts';
import { redirectKind } from '../../oauth/redirect-uri.ts';
import type { AgentId, ClientId } from '../../runtime/identifiers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { FieldRefusal } from '../refusal.ts';
import { awsMember } from './aws-workload.ts';
import {
  certificateNameEntries,
  certificateNameOf,
  certificateNameRule,
  hasItsCertificateName,
} from './certificate-name.ts';
import {
  grantsProblem,
  grantTypes,
  isForAsserted,
  isForPeople,
  ofPeopleProblem,
  usualGrants,
} from './client-grants.ts';
import { type DeclarationContext, identifier, isDistinct, list, memberRule, peopleText } from './fields.ts';
import { jwks } from './jwks.ts';
import { readDeclaration } from './read.ts';
import { type ResourceName, resourceName } from './resource-name.ts';

export type DeclaredAuthentication =
  | Pick<SecretAuthentication, 'method'>
  | KeyAuthentication
  | AwsAuthentication
  | AwsCallerAuthentication
  | CertificateAuthentication
  | PublicAuthentication;

export interface DeclaredClient {
  readonly id: ClientId;
  readonly name: string;
  /** The agent that it acts for, or the resource that it serves; neither for a client of people alone. */
  readonly agentId?: AgentId;
  readonly resource?: ResourceName;
  readonly grantTypes: readonly GrantType[];
  /** Whether the declaration leaves its grants out. */
  readonly hasUsualGrants: boolean;
  readonly authentication: DeclaredAuthentication;
  readonly redirectUris?: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[];
  readonly consent?: 'asked' | 'implied';
  readonly pushesRequests?: true;
  readonly dpopBound?: boolean;
  readonly certificateBound?: boolean;
}

/** Reads the declaration of a client. Secrets are no part of it: they are made here or by the deployment. */
export function readClient(
  input: unknown,
  context: DeclarationContext,
): Result<DeclaredClient, FieldRefusal> {
  const read = readDeclaration(clientSchema(context), input);
  if (!read.ok) return read;
  const declared = read.value;
  return ok({
    id: declared.client_id as ClientId,
    name: declared.client_name ?? declared.client_id,
    ...(declared.agent_id !== undefined && { agentId: declared.agent_id as AgentId }),
    ...(declared.resource !== undefined && { resource: declared.resource }),
    grantTypes: declared.grant_types ?? usualGrants(declared),
    hasUsualGrants: declared.grant_types === undefined,
    authentication: authenticationOf(declared),
    ...(declared.redirect_uris && { redirectUris: declared.redirect_uris }),
    ...(declared[postLogout] && { postLogoutRedirectUris: declared[postLogout] }),
    ...(declared.consent && { consent: declared.consent }),
    ...(declared[pushes] === true && { pushesRequests: true }),
    ...(declared.dpop_bound_access_tokens === true && { dpopBound: true }),
    ...(declared[certificateBound] === true && { certificateBound: true }),
  });
}

const methods = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'aws_iam_jwt',
  'aws_caller_identity',
  'tls_client_auth',
  'none',
] as const;
/** RFC 9126 §6. */
const pushes = 'require_pushed_authorization_requests';
const postLogout = 'post_logout_redirect_uris';
/** RFC 8705 §3.4. */
const certificateBound = 'tls_client_certificate_bound_access_tokens';
const keyMembers = ['jwks', 'jwks_uri', 'accepts_token_endpoint_audience'] as const;

/** Ids that begin so are of clients that registered themselves. */
const clientId = v.pipe(
  identifier,
  v.check((id) => !id.startsWith('dyn_'), 'must not begin with "dyn_", as ids do that we make'),
);

const redirectUris = v.pipe(
  list(
    v.pipe(
      v.string('must be text'),
      v.check(
        (uri) => redirectKind(uri) !== undefined,
        'must be an https URL without fragment, wildcard and user information, an http one on localhost, or one with a scheme of the app\'s own, such as "https://app.example.com/callback"',
      ),
    ),
    20,
  ),
  v.minLength(1, 'must not be empty; leave it out for a client without'),
  v.check((uris) => isDistinct(uris), 'must not name a redirect URI twice'),
);

function clientMembers(context: DeclarationContext) {
  return v.strictObject(
    {
      client_id: clientId,
      client_name: v.exactOptional(peopleText(128)),
      agent_id: v.exactOptional(identifier),
      resource: v.exactOptional(resourceName(context)),
      grant_types: v.exactOptional(grantTypes),
      redirect_uris: v.exactOptional(redirectUris),
      [postLogout]: v.exactOptional(redirectUris),
      consent: v.exactOptional(v.picklist(['asked', 'implied'], 'must be "asked" or "implied"')),
      [pushes]: v.exactOptional(v.boolean('must be true or false')),
      dpop_bound_access_tokens: v.exactOptional(v.boolean('must be true or false')),
      [certificateBound]: v.exactOptional(v.boolean('must be true or false')),
      token_endpoint_auth_method: v.picklist(methods, `must be one of ${methods.join(', ')}`),
      jwks: v.exactOptional(jwks),
      jwks_uri: v.exactOptional(jwksUri(context)),
      accepts_token_endpoint_audience: v.exactOptional(v.boolean('must be true or false')),
      aws: v.exactOptional(awsMember(context)),
      ...certificateNameEntries,
    },
    'must be a JSON object',
  );
}

function clientSchema(context: DeclarationContext) {
  return v.pipe(
    clientMembers(context),
    v.check(
      (declared) =>
        [declared.agent_id, declared.resource].filter((owner) => owner !== undefined).length ===
        (!isPeoples(declared) || declared.agent_id !== undefined ? 1 : 0),
      'a client belongs to an agent, or it is the server of a resource, or it has redirect_uris or the device grant for people; write either agent_id or resource, or redirect_uris',
    ),
    v.check(
      (declared) => declared.token_endpoint_auth_method !== 'none' || isPeoples(declared),
      'a client with "none" is for people alone; add redirect_uris or the device grant, or choose how it proves itself',
    ),
    memberRule(
      'grant_types',
      (declared) => declared.grant_types && grantsProblem(declared, declared.grant_types),
    ),
    memberRule('consent', (declared) => ofPeopleProblem(declared, declared.consent, isForPeople)),
    memberRule(postLogout, (declared) => ofPeopleProblem(declared, declared[postLogout])),
    memberRule(certificateBound, (declared) =>
      declared[certificateBound] === true && declared.dpop_bound_access_tokens === true
        ? 'stands beside dpop_bound_access_tokens, and a token names one key; remove one of the two'
        : undefined,
    ),
    memberRule(pushes, (declared) => ofPeopleProblem(declared, declared[pushes])),
    v.check(
      ({ token_endpoint_auth_method: method, jwks, jwks_uri }) =>
        method !== 'private_key_jwt' || (jwks === undefined) !== (jwks_uri === undefined),
      'a client with "private_key_jwt" needs either jwks or jwks_uri, and not both',
    ),
    v.check(
      (declared) =>
        declared.token_endpoint_auth_method === 'private_key_jwt' ||
        !keyMembers.some((name) => name in declared),
      `only a client with "private_key_jwt" has ${keyMembers.join(', ')}; remove them or change the method`,
    ),
    v.check(
      ({ token_endpoint_auth_method: method, aws }) => method.startsWith('aws_') === (aws !== undefined),
      'a client with "aws_iam_jwt" or "aws_caller_identity" needs aws, and no other client has it',
    ),
    v.check(
      ({ token_endpoint_auth_method: method, aws }) =>
        aws === undefined || (method === 'aws_iam_jwt') === 'issuer' in aws,
      'aws is { issuer, role, … } with "aws_iam_jwt", and { role } with "aws_caller_identity"',
    ),
    v.check((declared) => hasItsCertificateName(declared), certificateNameRule),
  );
}

/** Whether there is a way for people to let the client in. */
function isPeoples({
  redirect_uris,
  grant_types = [],
}: {
  readonly redirect_uris?: readonly string[] | undefined;
  readonly grant_types?: readonly GrantType[] | undefined;
}): boolean {
  return redirect_uris !== undefined || isForPeople(grant_types) || isForAsserted(grant_types);
}

type Declared = v.InferOutput<ReturnType<typeof clientSchema>>;

function authenticationOf(declared: Declared): DeclaredAuthentication {
  const { token_endpoint_auth_method: method, jwks, jwks_uri, aws } = declared;
  if (aws !== undefined) {
    return 'issuer' in aws
      ? { method: 'aws_iam_jwt', workload: aws }
      : { method: 'aws_caller_identity', role: aws.role };
  }
  const name = certificateNameOf(declared);
  if (name !== undefined) return { method: 'tls_client_auth', name };
  if (method === 'none') return { method };
  if (method !== 'private_key_jwt') return { method: method as SecretAuthentication['method'] };
  const keys: AssertionKeys =
    jwks === undefined ? { kind: 'jwks_uri', jwksUri: jwks_uri ?? '' } : { kind: 'jwks', jwks };
  return { method, keys, acceptsTokenEndpointAudience: declared.accepts_token_endpoint_audience ?? false };
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

function jwksUri({ hosts }: DeclarationContext) {
  return v.pipe(
    v.string('must be text'),
    v.check((text) => {
      const url = text.length <= 1_024 && text.isWellFormed() ? URL.parse(text) : null;
      if (url?.username !== '' || url.password !== '' || text.includes('#')) return false;
      return (
        url.protocol === 'https:' ||
        (url.protocol === 'http:' && hosts === 'loopback' && loopback.has(url.hostname))
      );
    }, 'must be an https URL without user information or fragment'),
  );
}
