import type { Check, Finding, ProbedToken } from '../../../ports/diagnosis.ts';
import type { Instant } from '../../../runtime/clock.ts';
import { certificateFindings } from './certificate.ts';
import { check, error, notChecked } from './check.ts';
import { explainError } from './error-answer.ts';
import type { LookedAt } from './provider.ts';

const subject = 'token_endpoint';

/**
 * What the token endpoint said to a code that nobody gave: whoever judges the client first and then the code says
 * `invalid_client` to a wrong secret or key, and `invalid_grant` to a right one (RFC 6749 §5.2).
 */
export function checkTokenEndpoint(idp: LookedAt, probed: ProbedToken, now: Instant): Check {
  const ours = idp.clientProof?.method === 'private_key_jwt' ? 'key' : 'client secret';
  const good = `it takes our ${ours}, and refuses a code that nobody gave`;
  const finding = findingOf(idp, probed);
  const ofCertificate = certificateFindings(idp, now);
  if (finding === 'unproven' && ofCertificate.length === 0) {
    return notChecked(
      subject,
      `it refuses the request before it judges the ${ours} (${probed.error ?? ''}${probed.vendorCode === undefined ? '' : `, ${probed.vendorCode}`})`,
    );
  }
  // What has no certificate, or an old one, is refused for that.
  const isExplained = ofCertificate.some(({ severity }) => severity === 'error');
  const said = typeof finding === 'object' && !isExplained ? [finding] : [];
  return check(subject, good, [...ofCertificate, ...said]);
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
