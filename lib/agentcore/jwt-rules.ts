import { Token } from 'aws-cdk-lib';
import { InvalidConfig } from '../config/check-config.ts';
import { didYouMean, pathOf, type Problem, show } from '../config/problem.ts';

/** What of a resource an authorizer is made of. */
export interface GuardedResource {
  readonly id: string;
  readonly audience: string;
  readonly scopes: readonly string[];
}

export interface JwtRuleOptions {
  /** Scopes of the resource of which a token needs one. Default: all of them. */
  readonly scopes?: readonly string[];
  /** The clients whose tokens are let in. Default: every client that gets a token for the resource. */
  readonly allowedClients?: readonly string[];
  /** Scope that is checked → scope that clients are told to ask for instead; both of the resource, at most 50. */
  readonly advertisedScopeMapping?: Readonly<Record<string, string>>;
}

/** What every custom JWT authorizer of AgentCore checks; all of it must hold, and in each list one entry. */
export interface JwtRules {
  readonly discoveryUrl: string;
  readonly allowedAudience: string[];
  readonly allowedScopes: string[];
  readonly allowedClients?: string[];
}

const mostMappings = 50;
const clientIdForm = /^[A-Za-z0-9_-]{1,64}$/;

/** Throws `InvalidConfig` for rules that no token of ours could satisfy, or that clients could not follow. */
export function jwtRules(
  discoveryUrl: string,
  resource: GuardedResource,
  { scopes = resource.scopes, allowedClients, advertisedScopeMapping = {} }: JwtRuleOptions,
): JwtRules {
  const problems = [
    ...scopeProblems(scopes, resource),
    ...clientProblems(allowedClients),
    ...mappingProblems(advertisedScopeMapping, scopes, resource),
  ];
  if (problems.length > 0) throw new InvalidConfig(problems);
  return {
    discoveryUrl,
    allowedAudience: [resource.audience],
    allowedScopes: [...scopes],
    ...(allowedClients && { allowedClients: [...allowedClients] }),
  };
}

function scopeProblems(scopes: readonly string[], resource: GuardedResource): readonly Problem[] {
  if (scopes.length === 0) {
    return [{ path: 'scopes', text: 'names no scope; name one, or leave it out to let each of them in' }];
  }
  return scopes.flatMap((scope, index) => {
    const path = pathOf(['scopes', index]);
    if (!resource.scopes.includes(scope)) return [notDefined(path, scope, resource)];
    return scopes.indexOf(scope) === index
      ? []
      : [{ path, text: `${show(scope)} is named twice; once will do` }];
  });
}

function clientProblems(clients: readonly string[] | undefined): readonly Problem[] {
  if (clients?.length === 0) {
    return [
      { path: 'allowedClients', text: 'lets no client in; name one, or leave it out to let each of them in' },
    ];
  }
  return (clients ?? []).flatMap((client, index) =>
    Token.isUnresolved(client) || clientIdForm.test(client)
      ? []
      : [
          {
            path: pathOf(['allowedClients', index]),
            text: `${show(client)} is no client id; use the id of a client, 1 to 64 of A-Z a-z 0-9 _ -`,
          },
        ],
  );
}

function mappingProblems(
  mapping: Readonly<Record<string, string>>,
  scopes: readonly string[],
  resource: GuardedResource,
): readonly Problem[] {
  const entries = Object.entries(mapping);
  if (entries.length > mostMappings) {
    const text = `has ${entries.length} entries; AgentCore takes ${mostMappings}, and a scope that is not mapped is advertised as it is`;
    return [{ path: 'advertisedScopeMapping', text }];
  }
  return entries.flatMap(([checked, advertised]) => {
    const path = pathOf(['advertisedScopeMapping', checked]);
    if (!scopes.includes(checked)) {
      return [{ path, text: `${show(checked)} is none of scopes; ${didYouMean(checked, scopes)}` }];
    }
    // Clients would ask for it here and be told invalid_scope.
    return resource.scopes.includes(advertised) ? [] : [notDefined(path, advertised, resource)];
  });
}

function notDefined(path: string, scope: string, { id, scopes }: GuardedResource): Problem {
  return { path, text: `${show(scope)} is no scope of resource '${id}'; ${didYouMean(scope, scopes)}` };
}
