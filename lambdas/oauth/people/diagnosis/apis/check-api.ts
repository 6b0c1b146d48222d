import type { Check, Finding, ProbedToken } from '../../../../ports/diagnosis.ts';
import type { DownstreamApi, ExchangeFault } from '../../../../ports/downstream-apis.ts';
import { check, error, notChecked } from '../check.ts';
import type { Metadata } from '../discovery.ts';
import { explainError } from '../error-answer.ts';
import type { LookedAt } from '../provider.ts';
import { faultFix, whereExchanges } from './exchange-faults.ts';
import { declaredFindings } from './declared-api.ts';

const subject = 'downstream_api';
const good = 'its provider takes our client for an exchange, and refuses a token that nobody gave';

/** An API that was not asked for. */
export function apiNotChecked({ id }: DownstreamApi, why: string): Check {
  return { ...notChecked(subject, why), of: id };
}

/**
 * What the provider said to an exchange of a token that nobody gave, and what is wrong with an API before anybody asks. Whoever
 * judges the client first says by the error what it thinks of it (RFC 6749 §5.2); of the person, and of what they may have,
 * nobody can tell without one.
 */
export function checkApi(idp: LookedAt, api: DownstreamApi, metadata: Metadata, probed: ProbedToken): Check {
  const declared = declaredFindings(idp, api);
  const answered = findingOf(idp, api, metadata, probed);
  if (answered === 'unproven' && declared.length === 0) {
    const { error: code = '', vendorCode } = probed;
    const said = vendorCode === undefined ? code : `${code}, ${vendorCode}`;
    return apiNotChecked(api, `its provider answers ${said}, which does not tell whether it would exchange`);
  }
  const findings = typeof answered === 'object' ? [...declared, answered] : declared;
  return { ...check(subject, good, findings), of: api.id };
}

/** As they are answered to a subject token that is none: RFC 8693 §2.2.2, and RFC 6749 §5.2 of other grants. */
const refusesToken = new Set(['invalid_request', 'invalid_grant', 'invalid_token', 'access_denied']);

function findingOf(
  idp: LookedAt,
  api: DownstreamApi,
  metadata: Metadata,
  { status, error: code, vendorCode, fault }: ProbedToken,
): Finding | 'unproven' | undefined {
  if (status >= 500 || status === 429)
    return explainError(idp, { error: 'temporarily_unavailable' }, 'token');
  if (code === undefined) return status < 300 ? tokenNotChecked : notThere(api, status);
  if (fault !== undefined) return faultFinding(idp, api, metadata, fault);
  if (code === 'invalid_client') return clientRefused(idp, api);
  if (code === 'invalid_target') return targetRefused(api);
  if (idp.profile === 'entra') return findingOfEntra(api, code, vendorCode);
  if (code === 'invalid_scope') return scopeRefused(api);
  return refusesToken.has(code) ? undefined : 'unproven';
}

/** Numbers by which Entra says that an assertion is no token of it. */
const noAssertion = ['AADSTS50027', 'AADSTS50013'];
/** That a scope is none, that scopes are of several resources, and that it does not know the resource. */
const badScope = ['AADSTS70011', 'AADSTS28000', 'AADSTS500011'];

function findingOfEntra(api: DownstreamApi, code: string, vendorCode = ''): Finding | 'unproven' | undefined {
  if (code === 'invalid_scope' || badScope.includes(vendorCode)) return scopeRefused(api);
  return noAssertion.includes(vendorCode) ? undefined : 'unproven';
}

const without = 'Whoever exchanges for it gets no token.';

const whatIs: Readonly<Record<ExchangeFault, string>> = {
  exchange_not_allowed: 'may not exchange tokens',
  audience_unknown: 'asks for an audience that nobody knows there',
  audience_not_allowed: 'may have no token for the audience',
  presented_for_others: 'is none that the presented tokens are made for',
  presented_token_bound: 'may not exchange tokens that are bound to a key of another client',
  exchanged_tokens_bound: 'gets tokens that are bound to a key alone (DPoP)',
  dpop_required: 'has to show a key that its tokens are bound to (DPoP)',
  dpop_proof_refused: 'shows a proof of possession (DPoP) that is not taken',
  agents_not_allowed: 'gets no token as itself',
  scope_not_allowed: 'may not have every scope as itself',
  scopes_of_several: 'asks for scopes of several APIs at once',
  credentials_refused: 'proves itself by what is not taken',
};

function faultFinding(idp: LookedAt, api: DownstreamApi, metadata: Metadata, fault: ExchangeFault): Finding {
  const { clientId = '' } = idp;
  const client = api.strategy.client?.id ?? clientId;
  if (fault === 'exchange_not_allowed' && listsNoExchange(metadata)) {
    return error('exchange_unsupported', {
      what: 'The provider does not exchange tokens: its discovery document has no token-exchange among grant_types_supported',
      why: without,
      fix: `Turn it on there, or have a version that does it: ${whereExchanges[api.strategy.kind]}.`,
    });
  }
  return error(fault, {
    what: `The client ${client} ${whatIs[fault]}`,
    why: without,
    fix: faultFix(api, clientId, fault),
  });
}

/** RFC 8414 §2: who lists grants does those. */
function listsNoExchange({ grant_types_supported: grants }: Metadata): boolean {
  return Array.isArray(grants) && !grants.includes('urn:ietf:params:oauth:grant-type:token-exchange');
}

function clientRefused(idp: LookedAt, { id, strategy }: DownstreamApi): Finding {
  const client = strategy.client?.id ?? idp.clientId ?? '';
  const told = {
    what: `The token endpoint does not take the client ${client} (invalid_client)`,
    why: without,
  };
  if (idp.clientProof?.method === 'private_key_jwt') {
    return error('exchange_client_refused', {
      ...told,
      fix: `Give that client the key by which the deployment proves itself there: \`npx vestibule idp key ${idp.id ?? '<id>'}\` prints it. Compare the client id in downstreamApis[].strategy.client.`,
    });
  }
  return error('exchange_client_refused', {
    ...told,
    fix: `Put its secret into the deployment's secret (its output ApiSecret${id}…Arn names it, or strategy.client.secretArn). Compare the client id in downstreamApis[].strategy.client.`,
  });
}

function targetRefused({ strategy }: DownstreamApi): Finding {
  const named = 'audience' in strategy ? `audience ${strategy.audience}` : 'API';
  return error('exchange_target_refused', {
    what: `The provider gives no token for the ${named} (invalid_target)`,
    why: without,
    fix: `Compare audience and resource in downstreamApis[].strategy with what the provider calls the API, and let the client have tokens for it: ${whereExchanges[strategy.kind]}.`,
  });
}

function scopeRefused({ scopes, strategy }: DownstreamApi): Finding {
  return error('exchange_scope_refused', {
    what: `The provider refuses a scope of the API (invalid_scope): one of ${scopes.map(({ upstream }) => upstream).join(', ')}`,
    why: 'Whoever exchanges for it without naming others gets no token.',
    fix: `Write in downstreamApis[].scopes what the provider calls them, and let the client have them: ${whereExchanges[strategy.kind]}.`,
  });
}

const tokenNotChecked = error('token_not_checked', {
  what: 'The token endpoint gave a token in exchange for one that we made up',
  why: 'Whoever answers there checks nothing: anybody could act as anybody.',
  fix: 'Disable this provider now (`vestibule idp disable`), and see what answers at its token endpoint.',
});

function notThere({ strategy }: DownstreamApi, status: number): Finding {
  return error('token_endpoint_not_oauth', {
    what: `The token endpoint answers an exchange with ${status} and no OAuth error`,
    why: without,
    fix: `Let POST requests of AWS Lambda through to it as they are${'issuer' in strategy ? ', and compare strategy.issuer of the API' : ''}.`,
  });
}
