import { Token } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import { branding } from './branding.ts';
import { awsAuthentication, awsCallerAuthentication } from './aws-workload.ts';
import { clientMetadataDocuments } from './client-documents.ts';
import { onBehalfOf } from './delegation.ts';
import { downstreamApis } from './downstream-apis.ts';
import { egress } from './egress.ts';
import {
  fields,
  flag,
  identifier,
  limit,
  listOf,
  mapOf,
  oneOf,
  peopleText,
  text,
  textThat,
  wholeFrom,
} from './fields.ts';
import { issuerUrlProblem } from './issuer-url.ts';
import { identityAssertion } from './identity-assertions.ts';
import { keySet } from './key-set.ts';
import { certificateAuthentication, mutualTls } from './mutual-tls.ts';
import { identityProvider, role } from './people.ts';
import { didYouMean, show } from './problem.ts';
import { refreshTokens } from './refresh-tokens.ts';
import { redirectUriProblem } from './redirect-uri.ts';
import { registration } from './registration.ts';
import { documentUrlProblem, type Hosts, resourceUriProblem } from './resource-uri.ts';
import { scopeNameProblem } from './scope-name.ts';
import { signing } from './signing.ts';
import { agentTasks, tasks } from './tasks.ts';
import { trustAnchor, workload } from './trust-anchors.ts';

const retentionDays: readonly number[] = Object.values(RetentionDays).filter(
  (days) => typeof days === 'number' && days !== RetentionDays.INFINITE,
);

const scopeName = textThat(scopeNameProblem);

const certificateArn = textThat((arn) =>
  /^arn:[a-z-]+:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/.test(arn)
    ? undefined
    : `${show(arn)} is not the ARN of an ACM certificate; write 'arn:aws:acm:<region>:<account>:certificate/<id>'`,
);

const hostedZone = fields({ id: text(), name: text() });

const issuer = fields({
  url: textThat(issuerUrlProblem),
  certificateArn,
  hostedZone: v.optional(hostedZone),
});

const webAclArn = textThat((arn) =>
  Token.isUnresolved(arn) || /^arn:[a-z-]+:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]+\/[\w-]+$/.test(arn)
    ? undefined
    : `${show(arn)} is not the ARN of a web ACL for CloudFront; write 'arn:aws:wafv2:us-east-1:<account>:global/webacl/<name>/<id>'`,
);

const requestsPerAddress = wholeFrom(10, 2_000_000_000, 'requests');

const edge = v.pipe(
  fields({ webAclArn: v.optional(webAclArn), requestsPerAddress: v.optional(requestsPerAddress) }),
  v.forward(
    v.check(
      ({ webAclArn: given, requestsPerAddress: count }) => given === undefined || count === undefined,
      'stands beside a web ACL of yours, whose rules are its own; remove one of the two',
    ),
    ['requestsPerAddress'],
  ),
);

const accessTokenMinutes = wholeFrom(5, 60, 'minutes');

const alarms = fields({
  topicArn: v.optional(
    textThat((arn) =>
      /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/.test(arn)
        ? undefined
        : `${show(arn)} is not the ARN of an SNS topic; write 'arn:aws:sns:<region>:<account>:<topic>'`,
    ),
  ),
  runbookUrl: v.optional(
    textThat((url) =>
      /^https:\/\/[^\s#]+$/.test(url)
        ? undefined
        : `${show(url)} is not the address of a runbook; write it with https and without an anchor`,
    ),
  ),
});

/** Shorter, and a key would sign for less time than it is announced and retired; longer is no rotation. */
const keyRotationDays = wholeFrom(7, 365, 'days');

const limits = fields({ perClient: v.optional(limit), perAddress: v.optional(limit) });

const agent = fields({
  id: identifier,
  name: v.optional(peopleText(128)),
  owner: peopleText(128),
  scopes: mapOf(
    text(),
    fields({ required: v.optional(listOf(scopeName)), optional: v.optional(listOf(scopeName)) }),
  ),
  onBehalfOf: v.optional(onBehalfOf),
  tasks: v.optional(agentTasks),
});

const methods = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'aws_iam_jwt',
  'aws_caller_identity',
  'tls_client_auth',
  'none',
] as const;

const grantTypes = [
  'client_credentials',
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
] as const;

const clientId = v.pipe(
  identifier,
  textThat((id) =>
    id.startsWith('dyn_')
      ? `${show(id)} begins with 'dyn_', as ids do that Vestibule makes; choose another`
      : undefined,
  ),
);

/** The whole config but for what one part says about another. */
export function configSchema(hosts: Hosts): v.GenericSchema {
  return fields({
    profile: v.optional(oneOf(['production', 'dev'])),
    issuer: v.optional(issuer),
    edge: v.optional(edge),
    mutualTls: v.optional(mutualTls(certificateArn, hostedZone)),
    signing: v.optional(signing),
    awsCallerIdentity: v.optional(flag()),
    accessTokenMinutes: v.optional(accessTokenMinutes),
    refreshTokens: v.optional(refreshTokens),
    delegation: v.optional(fields({ maximumDepth: v.optional(wholeFrom(1, 8, 'actors')) })),
    tasks: v.optional(tasks),
    dpop: v.optional(fields({ nonces: v.optional(oneOf(['required', 'off'])) })),
    keyRotationDays: v.optional(keyRotationDays),
    limits: v.optional(limits),
    alarms: v.optional(alarms),
    canary: v.optional(flag()),
    logRetentionDays: v.optional(oneOf(retentionDays)),
    registration: v.optional(registration(hosts)),
    clientMetadataDocuments: v.optional(clientMetadataDocuments),
    resources: listOf(resource(hosts)),
    agents: listOf(agent),
    clients: listOf(client(hosts)),
    branding: v.optional(branding),
    identityProviders: v.optional(
      v.pipe(
        listOf(identityProvider(hosts)),
        v.maxLength(20, 'has more than 20 identity providers; choose those that your people sign in at'),
      ),
    ),
    trustAnchors: v.optional(
      v.pipe(
        listOf(trustAnchor(hosts)),
        v.maxLength(20, 'has more than 20 trust anchors; choose those whose tokens come'),
      ),
    ),
    identityAssertions: v.optional(
      v.pipe(
        listOf(identityAssertion),
        v.maxLength(20, 'has more than 20 authorization servers; choose some'),
      ),
    ),
    workloads: v.optional(
      v.pipe(listOf(workload), v.maxLength(50, 'has more than 50 rules; join some by lists of values')),
    ),
    downstreamApis: v.optional(downstreamApis(hosts)),
    egress: v.optional(egress(hosts)),
    roles: v.optional(
      v.pipe(listOf(role), v.minLength(1, 'names no role; leave it out for people who may grant everything')),
    ),
  });
}

function resource(hosts: Hosts): v.GenericSchema {
  return fields({
    id: identifier,
    uri: textThat((uri) => resourceUriProblem(uri, hosts)),
    audience: v.optional(textThat(audienceProblem)),
    kind: v.optional(oneOf(['mcp-server', 'agent'])),
    agent: v.optional(identifier),
    name: peopleText(128),
    scopes: v.pipe(
      mapOf(scopeName, peopleText(256)),
      v.check(
        (scopes) => Object.keys(scopes).length > 0,
        'names no scope; a token without a scope allows nothing',
      ),
    ),
    clients: v.optional(oneOf(['declared', 'any'])),
    tokens: v.optional(oneOf(['jwt', 'opaque'])),
    dpop: v.optional(oneOf(['accepted', 'required'])),
    onBehalfOf: v.optional(onBehalfOf),
    actor: v.optional(identifier),
  });
}

function client(hosts: Hosts): v.GenericSchema {
  return fields({
    id: clientId,
    name: v.optional(peopleText(128)),
    agent: v.optional(identifier),
    resource: v.optional(identifier),
    authentication: v.lazy((input) => authentication(input, hosts)),
    redirectUris: v.optional(redirectUris()),
    postLogoutRedirectUris: v.optional(redirectUris()),
    grants: v.optional(
      v.pipe(
        listOf(oneOf(grantTypes)),
        v.minLength(1, 'names no grant; leave it out for all that the client can use'),
        v.check((grants) => new Set(grants).size === grants.length, 'names a grant twice; once will do'),
      ),
    ),
    consent: v.optional(oneOf(['asked', 'implied'])),
    requirePushedRequests: v.optional(flag()),
    dpopBoundAccessTokens: v.optional(flag()),
    certificateBoundAccessTokens: v.optional(flag()),
  });
}

function redirectUris() {
  return v.pipe(
    listOf(textThat(redirectUriProblem)),
    v.minLength(1, 'names no URL; leave it out for a client without'),
    v.maxLength(20, 'has more than 20 URLs; use another client'),
    v.check((uris) => new Set(uris).size === uris.length, 'names a URL twice; once will do'),
  );
}

/** The fields of the method that the input names, so that a wrong field is told apart from a wrong method. */
function authentication(input: unknown, hosts: Hosts): v.GenericSchema {
  const method: unknown = isObject(input) ? input['method'] : undefined;
  if (method === 'aws_iam_jwt') return awsAuthentication(hosts);
  if (method === 'aws_caller_identity') return awsCallerAuthentication;
  if (method === 'tls_client_auth') return certificateAuthentication;
  if (method !== 'private_key_jwt') {
    return fields({ method: v.picklist(methods, ({ input: given }) => methodProblem(given)) });
  }
  return v.pipe(
    fields({
      method: v.literal('private_key_jwt'),
      jwks: v.optional(keySet),
      jwksUri: v.optional(textThat((url) => documentUrlProblem(url, hosts))),
      acceptsTokenEndpointAudience: v.optional(flag()),
    }),
    v.check(
      ({ jwks, jwksUri }) => (jwks === undefined) !== (jwksUri === undefined),
      'must say where the keys are; write either jwks or jwksUri',
    ),
  );
}

function methodProblem(method: unknown): string {
  return `${show(method)} is no method; ${didYouMean(String(method), methods)}`;
}

function audienceProblem(audience: string): string | undefined {
  if (/^person\.[A-Za-z0-9_-]{43}$/.test(audience)) {
    return `${show(audience)} has the form of a person's 'sub', and a token could not tell them apart; choose another`;
  }
  return /^[\x21-\x7E]{1,1024}$/.test(audience)
    ? undefined
    : `${show(audience)} is not an audience; use up to 1024 printable characters without spaces`;
}

function isObject(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null;
}
