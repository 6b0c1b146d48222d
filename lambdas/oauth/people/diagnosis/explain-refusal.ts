import type { Explained, Finding } from '../../../ports/diagnosis.ts';
import type { SignInRefusal } from '../../../ports/people.ts';
import { error } from './check.ts';
import { explainError } from './error-answer.ts';
import type { LookedAt } from './provider.ts';
import { settingsOf } from './settings.ts';

/** Why somebody who came back was not signed in, and where that is mended. Without anything of their tokens. */
export function explainRefusal(idp: LookedAt, id: string, refusal: SignInRefusal): Explained {
  const { code, fix } = findingOf(idp, id, refusal);
  return { code, fix };
}

function findingOf(idp: LookedAt, id: string, refusal: SignInRefusal): Finding {
  if (refusal.reason === 'upstream_refused') return explainError(idp, refusal, 'token');
  const explain = sentences.find(([sentence]) => sentence.test(refusal.detail))?.[1];
  return (
    explain?.(idp, refusal.detail) ??
    error('answer_unusable', {
      ...{ what: refusal.detail, why: 'What cannot be verified signs nobody in.' },
      fix: `Run \`npx vestibule idp doctor ${id}\`, and paste an id_token of the provider with --token -.`,
    })
  );
}

type Told = (idp: LookedAt, detail: string) => Finding;

function told(code: string, fix: (idp: LookedAt, detail: string) => string): Told {
  return (idp, detail) =>
    error(code, { what: detail, why: 'What cannot be verified signs nobody in.', fix: fix(idp, detail) });
}

/** What is said of an answer that cannot be used: by us, and by oauth4webapi. */
const sentences: readonly (readonly [RegExp, Told])[] = [
  [
    /Microsoft Graph does not tell them/,
    told(
      'graph_permission_missing',
      () =>
        'Grant the delegated permission User.Read of Microsoft Graph, with admin consent (Microsoft Entra admin center › App registrations › your app › API permissions), and keep User.Read in identityProviders[].scopes.',
    ),
  ],
  [
    /^Microsoft Graph/,
    told(
      'groups_overage',
      () =>
        "Have fewer groups told: Microsoft Entra admin center › App registrations › your app › Token configuration › groups claim › Groups assigned to the application, or app roles (groupsClaim: 'roles').",
    ),
  ],
  [
    /Microsoft Graph/,
    told(
      'token_for_graph',
      () =>
        'Ask for scopes of OpenID Connect and of your own application alone (identityProviders[].scopes), and use the v2.0 issuer.',
    ),
  ],
  [/version 1\.0/, told('token_version_1', () => `Use the v2.0 issuer: ${settingsOf.entra.issuer}`)],
  [
    /token_use/,
    told(
      'token_use',
      () => 'Have the scope openid allowed for the app client, so that it gives an id_token.',
    ),
  ],
  [
    /^userinfo answers|UserInfo Endpoint/,
    told(
      'userinfo_refused',
      ({ profile }) =>
        `Have its userinfo endpoint take the access tokens of this client, or have groups and addresses put into id_tokens: ${settingsOf[profile].groups}`,
    ),
  ],
  [
    /not_trusted|of no tenant/,
    told(
      'tenant_not_allowed',
      () => 'If people of that tenant should sign in, add it to identityProviders[].tenants.',
    ),
  ],
  [
    /^the claim \S+ is /,
    told('claim_missing', ({ profile }, detail) => {
      const claim = detail.split(' ')[2] ?? '';
      return profile === 'entra' && claim === 'oid'
        ? 'Ask for the scope profile: without it Entra leaves oid out (identityProviders[].scopes).'
        : `Have the claim ${claim} put into id_tokens at ${settingsOf[profile].name}, or write another subjectClaim or tenantClaim.`;
    }),
  ],
  [
    /\(issuer\) response parameter|"iss" \(issuer\) missing/,
    told(
      'answered_by_another',
      () =>
        'Another server answered than the one that the person was sent to: see whether two issuers share one redirect URI, and sign in again.',
    ),
  ],
  [
    /"iss" \(issuer\)/,
    told(
      'issuer_mismatch',
      ({ profile }) =>
        `Write the issuer exactly as its id_tokens do, a slash at its end included: ${settingsOf[profile].issuer}`,
    ),
  ],
  [
    /"aud" \(audience\)|azp is another client/,
    told(
      'audience_mismatch',
      ({ profile }) => `Compare clientId in identityProviders[]: ${settingsOf[profile].clientId}`,
    ),
  ],
  [
    /expiration time|in the future|not before/,
    told(
      'clock_skew',
      () => 'Have the clock of the provider kept by NTP: more than 60 seconds are not forgiven.',
    ),
  ],
  [
    /"alg" header|algorithm that is not taken/,
    told(
      'algorithm_unsupported',
      ({ profile }) => `Have id_tokens signed by RS256 or ES256: ${settingsOf[profile].tokenSigning}`,
    ),
  ],
  [
    /signed by no key/,
    told(
      'signature_unknown',
      () =>
        'Let the provider publish the key that it signs with at its jwks_uri, under the kid that its id_tokens name.',
    ),
  ],
  [
    /id_token/,
    told(
      'id_token_missing',
      ({ profile }) =>
        `Have the scope openid allowed for the client, so that it gives an id_token: ${settingsOf[profile].codeGrant}`,
    ),
  ],
];
