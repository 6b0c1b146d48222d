import * as v from 'valibot';
import { egressParts } from './egress-parts.ts';
import { issuerUrlProblem } from './issuer-url.ts';
import { profileNames } from './provider-profiles.ts';

let placeholders = 0;

function placeholder(): string {
  placeholders += 1;
  return `(missing ${placeholders})`;
}

/** A name that equals no other: what is missing neither collides nor refers. */
const name = v.optional(
  v.fallback(v.string(), () => placeholder()),
  () => placeholder(),
);
const maybeText = v.fallback(v.optional(v.string()), undefined);
const textList = v.fallback(v.optional(v.array(v.string())), undefined);

/** The scopes given at a target, and from which each is; of no scope where they cannot be read. */
const givenScopes = v.fallback(
  v.union([
    v.pipe(
      v.array(v.string()),
      v.transform((names): Record<string, readonly string[]> =>
        Object.fromEntries(names.map((given) => [given, [given]])),
      ),
    ),
    v.record(v.string(), v.fallback(v.array(v.string()), [])),
  ]),
  {},
);

const onBehalfOf = v.fallback(
  v.optional(
    v.record(
      v.string(),
      v.fallback(
        v.object({
          scopes: givenScopes,
          impersonation: v.fallback(v.optional(v.boolean()), undefined),
          refreshTokens: v.fallback(v.optional(v.boolean()), undefined),
          subjects: v.fallback(v.optional(v.array(v.string())), undefined),
        }),
        { scopes: {} },
      ),
    ),
  ),
  undefined,
);

const resource = v.object({
  id: name,
  uri: name,
  audience: maybeText,
  kind: v.fallback(v.optional(v.picklist(['mcp-server', 'agent'])), undefined),
  agent: maybeText,
  name,
  scopes: v.fallback(v.optional(v.record(v.string(), v.any()), {}), {}),
  onBehalfOf,
  actor: maybeText,
});

const agentScopes = v.fallback(v.object({ required: textList, optional: textList }), {});

const agent = v.object({
  id: name,
  owner: name,
  scopes: v.fallback(v.optional(v.record(v.string(), agentScopes), {}), {}),
  onBehalfOf,
  tasks: v.optional(v.fallback(v.object({ secrets: textList }), {})),
});

/** How a client proves itself, and by which role of AWS, vouched for by which issuer. */
const authentication = v.fallback(
  v.optional(v.object({ method: v.string(), role: maybeText, issuer: maybeText })),
  undefined,
);

const client = v.object({
  id: name,
  agent: maybeText,
  resource: maybeText,
  authentication,
  redirectUris: textList,
  postLogoutRedirectUris: textList,
  grants: textList,
  consent: maybeText,
  requirePushedRequests: v.fallback(v.optional(v.boolean()), undefined),
  dpopBoundAccessTokens: v.fallback(v.optional(v.boolean()), undefined),
  certificateBoundAccessTokens: v.fallback(v.optional(v.boolean()), undefined),
});

const identityProvider = v.object({
  id: name,
  issuer: name,
  domains: textList,
  resources: textList,
  profile: v.fallback(v.optional(v.picklist(profileNames)), undefined),
  clientSecretArn: maybeText,
  /** Absent: by a client secret. */
  authentication: v.fallback(
    v.optional(v.object({ method: v.literal('private_key_jwt'), alg: v.string(), certificate: maybeText })),
    undefined,
  ),
  tenantClaim: maybeText,
  tenants: textList,
  acr: v.fallback(v.optional(v.record(v.string(), v.string())), undefined),
  groupsClaim: maybeText,
  registration: v.fallback(
    v.optional(
      v.object({
        mode: v.literal('proxied'),
        credentialArn: maybeText,
        userPoolArn: maybeText,
        supportedIdentityProviders: textList,
        managedLogin: v.fallback(v.optional(v.boolean()), undefined),
      }),
    ),
    undefined,
  ),
});

const role = v.object({
  id: name,
  groups: v.fallback(v.optional(v.union([v.literal('everyone'), v.record(v.string(), v.any())])), undefined),
  scopes: v.fallback(v.optional(v.record(v.string(), v.fallback(v.array(v.string()), [])), {}), {}),
});

const texts = v.fallback(v.optional(v.array(v.string()), []), []);

const trustAnchor = v.object({
  id: name,
  issuer: name,
  profile: v.fallback(v.optional(v.picklist(profileNames)), undefined),
  accepts: texts,
  audiences: textList,
  tenants: textList,
  subject: v.fallback(
    v.optional(v.object({ kind: maybeText, idp: maybeText, tenantClaim: maybeText }), {}),
    {},
  ),
  actors: textList,
  requiredClaims: v.fallback(v.optional(v.record(v.string(), v.any()), {}), {}),
  grants: listOf(v.object({ resource: name, scopes: texts })),
  clients: textList,
  reusable: v.fallback(v.optional(v.boolean()), undefined),
});

const identityAssertion = v.object({
  audience: name,
  clients: v.fallback(v.record(v.string(), v.unknown()), {}),
  identityProviders: textList,
});

const workload = v.object({
  anchor: name,
  claims: v.fallback(
    v.optional(v.record(v.string(), v.fallback(v.union([v.string(), v.array(v.string())]), '')), {}),
    {},
  ),
  agent: name,
  scopes: v.fallback(v.optional(v.record(v.string(), v.fallback(v.array(v.string()), [])), {}), {}),
});

const downstreamApi = v.object({
  id: name,
  uri: name,
  idp: name,
  strategy: v.fallback(
    v.optional(
      v.object({
        kind: maybeText,
        issuer: maybeText,
        client: v.fallback(v.optional(v.object({ secretArn: maybeText })), undefined),
      }),
    ),
    undefined,
  ),
  scopes: v.fallback(
    v.union([
      v.array(v.string()),
      v.pipe(
        v.record(v.string(), v.any()),
        v.transform((named) => Object.keys(named)),
      ),
    ]),
    [],
  ),
  agents: v.fallback(v.optional(v.record(v.string(), v.fallback(v.array(v.string()), []))), undefined),
});

const url = v.pipe(
  v.string(),
  v.check((text) => issuerUrlProblem(text) === undefined),
);
const hostedZone = v.fallback(v.optional(v.object({ id: name, name: v.string() })), undefined);

const issuer = v.object({ url, certificateArn: name, hostedZone });

const parts = v.object({
  awsCallerIdentity: v.fallback(v.optional(v.boolean(), false), false),
  issuer: v.fallback(v.optional(issuer), undefined),
  mutualTls: v.fallback(v.optional(v.object({ url, hostedZone })), undefined),
  tasks: v.optional(v.unknown()),
  accessTokenMinutes: v.fallback(v.optional(v.number()), undefined),
  edge: v.fallback(v.optional(v.object({ webAclArn: maybeText })), undefined),
  resources: listOf(resource),
  agents: listOf(agent),
  clients: listOf(client),
  identityProviders: listOf(identityProvider),
  registration: v.fallback(v.optional(v.object({ mode: maybeText })), undefined),
  clientMetadataDocuments: v.fallback(
    v.optional(
      v.object({ curated: v.fallback(v.optional(v.array(v.object({ host: v.string() }))), undefined) }),
    ),
    undefined,
  ),
  roles: listOf(role),
  trustAnchors: listOf(trustAnchor),
  workloads: listOf(workload),
  downstreamApis: listOf(downstreamApi),
  egress: v.optional(v.pipe(v.unknown(), v.transform(egressParts)), {}),
  identityAssertions: listOf(identityAssertion),
});

export type SoundParts = v.InferOutput<typeof parts>;

/** What of a config can be compared with the rest of it, whatever else is wrong. Positions stay the same. */
export function soundParts(config: unknown): SoundParts {
  return v.parse(parts, isObject(config) ? config : {});
}

/** A list in which an entry that is no object stands as an entry without anything. */
function listOf<Entries extends v.ObjectEntries>(entry: v.ObjectSchema<Entries, undefined>) {
  const entries = v.pipe(
    v.array(v.any()),
    v.transform((list) => list.map((item: unknown) => (isObject(item) ? item : {}))),
    v.array(entry),
  );
  return v.fallback(v.optional(entries, []), []);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
