import type { AgentConfig } from '../config/config.ts';
import type {
  AnswerConfig,
  OAuthEgressConfig,
  RequestRuleConfig,
  RevocationConfig,
  ServiceEgressConfig,
} from '../config/egress-config.ts';
import { offeredAgents } from './offered-agents.ts';
import type { ResolvedEgressProvider } from './resolve.ts';
import { readRule } from './rule.ts';

/** What the registrar is told of a third party. */
export function egressDeclaration(
  provider: ResolvedEgressProvider,
  agents: readonly Pick<AgentConfig, 'id' | 'name' | 'scopes' | 'onBehalfOf'>[],
): object {
  const { id, name, clientId, api, credential, scopes, groups } = provider;
  return {
    ...{ id, name },
    scopes: Object.entries(scopes).map(([scope, { upstream, rules }]) =>
      given({ name: scope, upstream, rules: rules.map(ruleDeclaration) }),
    ),
    api: given({
      origins: api.origins,
      origin_fact: api.originFact,
      origin_suffixes: api.originSuffixes,
      headers: api.headers && named(api.headers),
      request_headers: api.requestHeaders,
      response_headers: api.responseHeaders,
    }),
    credential: credentialDeclaration(credential, clientId),
    agents: offeredAgents(provider, agents).map(({ asItself, providerTokens, ...agent }) => ({
      ...agent,
      ...(asItself && { as_itself: true }),
      ...(providerTokens && { provider_tokens: true }),
    })),
    groups: groups.map(({ id: group, agents: of, connectedBy }) => ({
      ...{ id: group, agents: of, connectors: connectedBy },
    })),
  };
}

function ruleDeclaration(rule: RequestRuleConfig): object {
  const { methods, path, origin, body } = readRule(rule) ?? {};
  return given({
    ...{ methods, path, origin },
    body: body?.map((each) =>
      'oneOf' in each ? { pointer: each.pointer, one_of: each.oneOf } : { ...each },
    ),
  });
}

function credentialDeclaration(
  credential: OAuthEgressConfig | ServiceEgressConfig,
  clientId: string | undefined,
): object {
  switch (credential.kind) {
    case 'oauth2':
      return given({
        kind: credential.kind,
        issuer: credential.issuer,
        authorization_endpoint: credential.authorizationEndpoint,
        client_id: clientId,
        authorization_parameters:
          credential.authorizationParameters && named(credential.authorizationParameters),
        scope_parameter: credential.scopeParameter,
        ...ofTokenRequests(credential),
        refresh: credential.refresh && refreshDeclaration(credential.refresh),
        revocation: revocationDeclaration(credential.revocation),
      });
    case 'client_credentials':
      return given({ kind: credential.kind, client_id: clientId, ...ofTokenRequests(credential) });
    case 'api_key':
    case 'basic':
      return { ...credential };
    case 'github_app':
      return given({
        ...{ kind: credential.kind, client_id: clientId },
        ...{ installation: credential.installation, key_arn: credential.keyArn },
      });
  }
}

function ofTokenRequests(
  credential: OAuthEgressConfig | Extract<ServiceEgressConfig, { readonly kind: 'client_credentials' }>,
): Readonly<Record<string, unknown>> {
  return {
    token_endpoint: credential.tokenEndpoint,
    client_authentication: credential.clientAuthentication ?? 'client_secret_basic',
    scope_separator: credential.scopeSeparator,
    body: credential.body,
    headers: credential.headers && named(credential.headers),
    answer: credential.answer && answerDeclaration(credential.answer),
  };
}

function answerDeclaration({ nested, okMember, accessSeconds, facts = {} }: AnswerConfig): object {
  return given({
    ...{ nested, ok_member: okMember, access_seconds: accessSeconds },
    facts: Object.entries(facts).map(([name, pointer]) => ({ name, pointer })),
  });
}

function refreshDeclaration({
  kind,
  graceSeconds,
  idleSeconds,
  narrows,
}: NonNullable<OAuthEgressConfig['refresh']>): object {
  return given({ kind, grace_seconds: graceSeconds, idle_seconds: idleSeconds, narrows });
}

function revocationDeclaration(revocation: RevocationConfig): object {
  if (revocation.kind !== 'api') return { ...revocation };
  const { kind, method, url, authentication, body = 'none', parameters, done, okMember, gone } = revocation;
  const { checkUrl } = revocation;
  return given({
    ...{ kind, method, url, authentication, body },
    parameters: parameters && named(parameters),
    ...{ done, ok_member: okMember, gone },
    check_url: checkUrl,
  });
}

function named(values: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** Without what the config does not say. */
function given(members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
