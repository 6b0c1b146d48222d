import type { Finding } from '../../../../ports/diagnosis.ts';
import type { DownstreamApi } from '../../../../ports/downstream-apis.ts';
import { error, found, warning } from '../check.ts';
import type { LookedAt } from '../provider.ts';
import { whereBound } from './exchange-faults.ts';

/** How an API is asked for. */
type Asked = Pick<DownstreamApi, 'strategy' | 'scopes'>;

/** What of an API cannot work as the config has it, whatever its provider says. */
export function declaredFindings(idp: LookedAt, api: Asked): readonly Finding[] {
  return found(boundSubject(idp), missingKey(idp, api), ...entraScopes(api));
}

/** RFC 9449 §5: what is refreshed with a proof is bound to its key, and an exchange bears no proof. */
function boundSubject({ dpop, profile }: LookedAt): Finding | undefined {
  if (dpop !== true || profile !== 'keycloak') return undefined;
  return warning('presented_token_bound', {
    what: 'What is presented for tokens of the API is bound to a key of the deployment (dpop)',
    why: 'Keycloak 26.7 and later exchange such a token for whoever proves the key, and bind what they give to it: nobody else could use that, so that none is given.',
    fix: `Do not require DPoP bound tokens of the client that people sign in with, and take dpop out of identityProviders[]: ${whereBound.keycloak}.`,
  });
}

function missingKey({ clientProof }: LookedAt, { strategy }: Asked): Finding | undefined {
  if (strategy.kind !== 'okta-agent' || clientProof?.method === 'private_key_jwt') return undefined;
  return error('exchange_key_missing', {
    what: `The agent ${strategy.client.id} proves itself by a secret`,
    why: 'Okta knows agents by keys alone (private_key_jwt).',
    fix: "Write authentication: { method: 'private_key_jwt', alg: 'RS256' } in identityProviders[], and give the agent the key: Okta Admin Console › Directory › AI Agents › the agent › Credentials.",
  });
}

/** Entra gives a token for one resource, and `.default` stands for all that was consented to there. */
function entraScopes({ strategy, scopes }: Asked): readonly (Finding | undefined)[] {
  if (strategy.kind !== 'entra-obo' && strategy.kind !== 'entra-agent-id') return [];
  const names = scopes.map(({ upstream }) => upstream);
  const resources = [...new Set(names.map(resourceOf))];
  const several = error('scopes_of_several_resources', {
    what: `The scopes of the API are of several resources: ${resources.join(', ')}`,
    why: 'Entra gives a token for one of them at a time: whoever asks for all gets none (AADSTS28000).',
    fix: 'Declare an API in downstreamApis for each resource.',
  });
  const mixed = error('default_scope_mixed', {
    what: 'The API has the scope .default beside others',
    why: 'Entra takes it alone, or the others without it (AADSTS70011): whoever asks for all gets no token.',
    fix: 'Write .default alone in downstreamApis[].scopes, or the others alone.',
  });
  const isMixed =
    resources.length === 1 && names.length > 1 && names.some((name) => /(?:^|\/)\.default$/.test(name));
  return [resources.length > 1 ? several : undefined, isMixed ? mixed : undefined];
}

/** Of a scope as Entra writes them: without a resource it is one of Microsoft Graph. */
function resourceOf(scope: string): string {
  const end = scope.lastIndexOf('/');
  return end === -1 ? 'https://graph.microsoft.com' : scope.slice(0, end);
}
