import type { Check, Finding, ProbedToken } from '../../../ports/diagnosis.ts';
import { check, error, notChecked } from './check.ts';
import { explainError } from './error-answer.ts';
import type { LookedAt } from './provider.ts';

const subject = 'token_endpoint';

/**
 * What the token endpoint said to a code that nobody gave: whoever judges the client first and then the code says
 * `invalid_client` to a wrong secret or key, and `invalid_grant` to a right one (RFC 6749 §5.2).
 */
export function checkTokenEndpoint(idp: LookedAt, probed: ProbedToken): Check {
  const ours = idp.clientProof?.method === 'private_key_jwt' ? 'key' : 'client secret';
  const good = `it takes our ${ours}, and refuses a code that nobody gave`;
  const finding = findingOf(idp, probed);
  if (finding === 'unproven') {
    return notChecked(
      subject,
      `it refuses the request before it judges the ${ours} (${probed.error ?? ''}${probed.vendorCode === undefined ? '' : `, ${probed.vendorCode}`})`,
    );
  }
  return check(subject, good, finding === undefined ? [] : [finding]);
}

function findingOf(
  idp: LookedAt,
  { status, error: code, vendorCode }: ProbedToken,
): Finding | 'unproven' | undefined {
  if (status >= 500 || status === 429)
    return explainError(idp, { error: 'temporarily_unavailable' }, 'token');
  if (code === undefined) return status < 300 ? codeNotChecked : notOAuth(status);
  const explained = explainError(
    idp,
    { error: code, ...(vendorCode !== undefined && { vendorCode }) },
    'token',
  );
  if (code === 'invalid_grant')
    return explained.code === 'code_refused' || explained.code === 'provider_refused' ? undefined : explained;
  // A malformed code is a malformed request to some, before they look at who sends it.
  return code === 'invalid_request' && explained.code === 'provider_refused' ? 'unproven' : explained;
}

const codeNotChecked = error('code_not_checked', {
  what: 'The token endpoint gave an answer of success for a code that we made up',
  why: 'Whoever answers there checks nothing: anybody could sign in as anybody.',
  fix: 'Disable this provider now (`vestibule idp disable`), and see what answers at its token endpoint.',
});

function notOAuth(status: number): Finding {
  return error('token_endpoint_not_oauth', {
    what: `The token endpoint answers ${status} without an OAuth error`,
    why: 'Something else answers there: a firewall, a proxy, or a page.',
    fix: 'Let POST requests of AWS Lambda through to it as they are.',
  });
}
