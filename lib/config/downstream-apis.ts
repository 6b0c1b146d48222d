import { Token } from 'aws-cdk-lib';
import * as v from 'valibot';
import { agentsOfApi } from './api-agents.ts';
import { fields, identifier, listOf, mapOf, oneOf, text, textThat } from './fields.ts';
import { didYouMean, pathOf, type Problem, show } from './problem.ts';
import { isSharedIssuer, profileOf } from './provider-profiles.ts';
import { documentUrlProblem, type Hosts, resourceUriProblem } from './resource-uri.ts';
import { scopeNameProblem } from './scope-name.ts';
import type { SoundParts } from './sound-parts.ts';

const printable = textThat((value) =>
  Token.isUnresolved(value) || /^[\x21-\x7E]{1,512}$/.test(value)
    ? undefined
    : `${show(value)} is no name that a provider knows; write 1 to 512 printable characters without spaces`,
);

const secretArn = textThat((arn) =>
  Token.isUnresolved(arn) || /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/.test(arn)
    ? undefined
    : `${show(arn)} is not the ARN of a secret; write 'arn:aws:secretsmanager:<region>:<account>:secret:<name>'`,
);

const client = fields({ id: printable, secretArn: v.optional(secretArn) });

function strategiesAt(hosts: Hosts) {
  const url = textThat((value) => documentUrlProblem(value, hosts));
  return {
    ...strategies,
    okta: fields({ kind: v.literal('okta'), audience: printable, issuer: v.optional(url), client }),
    'okta-agent': fields({
      kind: v.literal('okta-agent'),
      audience: printable,
      tokenEndpoint: url,
      resource: v.optional(printable),
      client,
    }),
  } as const;
}

const strategies = {
  rfc8693: fields({
    kind: v.literal('rfc8693'),
    audience: v.optional(printable),
    resource: v.optional(printable),
    presents: v.optional(oneOf(['access_token', 'id_token'])),
    client: v.optional(client),
  }),
  keycloak: fields({ kind: v.literal('keycloak'), audience: printable, client: v.optional(client) }),
  'entra-obo': fields({ kind: v.literal('entra-obo') }),
  'entra-agent-id': fields({ kind: v.literal('entra-agent-id'), agentIdentity: printable }),
  auth0: fields({ kind: v.literal('auth0'), audience: printable, presented: printable, client }),
  cognito: fields({ kind: v.literal('cognito'), audience: printable, client: v.optional(client) }),
} as const;

function strategy(hosts: Hosts): v.GenericSchema {
  const known: Readonly<Record<string, v.GenericSchema>> = strategiesAt(hosts);
  const kinds = Object.keys(known);
  return v.lazy((input): v.GenericSchema => {
    const kind: unknown = isObject(input) ? input['kind'] : undefined;
    const chosen = typeof kind === 'string' && Object.hasOwn(known, kind) ? known[kind] : undefined;
    const problem = ({ input: given }: v.BaseIssue<unknown>): string =>
      `${show(given)} is no strategy; ${didYouMean(String(given), kinds)}`;
    return chosen ?? v.looseObject({ kind: v.picklist(kinds, problem) }, 'is no strategy; write { kind: … }');
  });
}

const scopeName = textThat(scopeNameProblem);

const scopes = v.lazy((input): v.GenericSchema =>
  Array.isArray(input)
    ? v.pipe(
        listOf(scopeName),
        v.minLength(1, 'names no scope; a token without a scope allows nothing'),
        v.check((names) => new Set(names).size === names.length, 'names a scope twice; once will do'),
      )
    : v.pipe(
        mapOf(scopeName, printable),
        v.check(
          (named) => Object.keys(named).length > 0,
          'names no scope; a token without a scope allows nothing',
        ),
      ),
);

const agents = v.pipe(
  mapOf(
    identifier,
    v.pipe(
      listOf(scopeName),
      v.minLength(1, 'names no scope; a token without a scope allows nothing'),
      v.check((names) => new Set(names).size === names.length, 'names a scope twice; once will do'),
    ),
  ),
  v.check((named) => Object.keys(named).length > 0, 'names no agent; leave it out'),
);

export function downstreamApis(hosts: Hosts): v.GenericSchema {
  return listOf(
    fields({
      id: identifier,
      uri: textThat((uri) => resourceUriProblem(uri, hosts)),
      idp: text(),
      strategy: strategy(hosts),
      scopes,
      agents: v.optional(agents),
    }),
  );
}

type Api = SoundParts['downstreamApis'][number];

/** What an API says of its identity provider, and what else there is by its names. */
export function downstreamApiProblems(config: SoundParts): readonly Problem[] {
  return config.downstreamApis.flatMap((api, index) => [
    ...nameOf(api, index, config),
    ...providerOf(api, index, config),
    ...agentsOfApi(api, index, config),
  ]);
}

/** Rules name targets by their ids, and requests by their URIs: neither may be mistaken for a resource. */
function nameOf(
  { id, uri }: Api,
  index: number,
  { resources, downstreamApis: apis }: SoundParts,
): readonly Problem[] {
  const among = [
    ...resources.map((thing, at) => ({ ...thing, at: pathOf(['resources', at]) })),
    ...apis
      .slice(0, index)
      .map((thing, at) => ({ ...thing, at: pathOf(['downstreamApis', at]), audience: undefined })),
  ];
  return [
    ...among
      .filter((thing) => thing.id === id)
      .map(({ at }) => problem(index, 'id', `${show(id)} is the id of ${at} too; choose another`)),
    ...among
      .filter((thing) => thing.uri === uri || thing.audience === uri)
      .map(({ at }) => problem(index, 'uri', `${show(uri)} is that of ${at} too; an API has one of its own`)),
  ];
}

function providerOf(
  { idp, strategy: way }: Api,
  index: number,
  { identityProviders }: SoundParts,
): readonly Problem[] {
  const provider = identityProviders.find(({ id }) => id === idp);
  if (provider === undefined) {
    const ids = identityProviders.map(({ id }) => id);
    const fix = ids.length === 0 ? 'the config has no identityProviders: add it' : didYouMean(idp, ids);
    return [problem(index, 'idp', `${show(idp)} is no identity provider of this config; ${fix}`)];
  }
  if (provider.authentication !== undefined && way?.client?.secretArn !== undefined) {
    const text = `is read by nobody: at ${show(idp)} clients prove themselves by keys; remove it`;
    return [{ path: pathOf(['downstreamApis', index, 'strategy', 'client', 'secretArn']), text }];
  }
  const unfit = way?.kind === undefined ? undefined : unfitAt(provider, { ...way, kind: way.kind });
  return unfit === undefined ? [] : [problem(index, 'strategy', unfit)];
}

type Provider = SoundParts['identityProviders'][number];

/** Which providers understand a strategy; the registrar tells it by the same rule. */
const profilesOf: Readonly<Record<string, readonly string[]>> = {
  rfc8693: ['okta', 'auth0', 'keycloak', 'ping', 'generic'],
  keycloak: ['keycloak'],
  'entra-obo': ['entra'],
  'entra-agent-id': ['entra'],
  okta: ['okta'],
  'okta-agent': ['okta'],
  auth0: ['auth0'],
  cognito: ['cognito'],
};

/** Why a provider would never give a token in that way. */
function unfitAt(
  provider: Provider,
  { kind, issuer }: { readonly kind: string; readonly issuer?: string | undefined },
): string | undefined {
  const profile = profileOf(provider);
  const fitting = Object.keys(profilesOf).filter((each) => profilesOf[each]?.includes(profile));
  if (profilesOf[kind]?.includes(profile) === false) {
    return `is ${show(kind)}, and ${show(provider.id)} is of the profile ${show(profile)}; write one of ${fitting.join(', ')}`;
  }
  if (profile === 'entra' && isSharedIssuer(provider)) {
    return `asks one tenant of Entra, and ${show(provider.id)} is that of all; name an identity provider for the tenant`;
  }
  if (kind !== 'okta') return undefined;
  if (!provider.issuer.includes('/oauth2/')) {
    return `exchanges tokens of a custom authorization server, and ${show(provider.id)} is an org; let people sign in at '${provider.issuer}/oauth2/<id>'`;
  }
  if (issuer === undefined || URL.parse(issuer)?.origin === URL.parse(provider.issuer)?.origin)
    return undefined;
  return `names ${show(issuer)}, which is in another org than ${show(provider.id)}; name an authorization server of the same`;
}

function problem(index: number, field: string, text: string): Problem {
  return { path: pathOf(['downstreamApis', index, field]), text };
}

function isObject(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null;
}
