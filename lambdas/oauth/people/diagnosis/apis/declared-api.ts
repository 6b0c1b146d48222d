import type { Finding } from '../../../../ports/diagnosis.ts';
import type { DownstreamApi } from '../../../../ports/downstream-apis.ts';
import { error, found } from '../check.ts';
import type { LookedAt } from '../provider.ts';

/** How an API is asked for. */
type Asked = Pick<DownstreamApi, 'strategy' | 'scopes'>;

/** What of an API cannot work as the config has it, whatever its provider says. */
export function declaredFindings(idp: LookedAt, api: Asked): readonly Finding[] {
  return found(boundTokens(idp, api), missingKey(idp, api), ...entraScopes(api));
}

/** RFC 9449 §5: what is asked with a proof is bound to its key. */
function boundTokens({ dpop, issuer }: LookedAt, { strategy }: Asked): Finding | undefined {
  const isElsewhere =
    strategy.kind === 'okta-agent' && URL.parse(strategy.tokenEndpoint)?.origin !== URL.parse(issuer)?.origin;
  if (dpop !== true || isElsewhere) return undefined;
  return error('exchanged_tokens_bound', {
    what: 'The provider binds the tokens of the API to a key of the deployment (dpop)',
    why: 'Nobody who exchanges for one could use it, so that none is given.',
    fix: 'Do not require DPoP for the client, and take dpop out of identityProviders[]; or have people sign in by one provider entry and the API by another.',
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
