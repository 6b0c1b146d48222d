import type { Finding } from '../../../ports/diagnosis.ts';
import type { AssertionAudience } from '../../../ports/identity-providers.ts';
import { howToMake } from './certificate.ts';
import { error } from './check.ts';
import { entraFinding } from './entra-errors.ts';
import type { LookedAt } from './provider.ts';
import { settingsOf } from './settings.ts';

/** What a provider said no with. */
export interface ErrorAnswer {
  /** Its OAuth error code. */
  readonly error: string;
  /** Its own number for it, such as `AADSTS65001`. */
  readonly vendorCode?: string;
}

/** Which of its endpoints said so. */
export type SaidBy = 'authorization' | 'token';

/** What an error of a provider comes from, and where it is mended. */
export function explainError(idp: LookedAt, answer: ErrorAnswer, by: SaidBy): Finding {
  const ofEntra = answer.vendorCode === undefined ? undefined : entraFinding(idp, answer.vendorCode);
  if (ofEntra !== undefined) return ofEntra;
  const explain = Object.hasOwn(explanations, answer.error) ? explanations[answer.error] : undefined;
  return (explain ?? unknown)(idp, answer, by);
}

type Explain = (idp: LookedAt, answer: ErrorAnswer, by: SaidBy) => Finding;

/** RFC 6749 §4.1.2.1 and §5.2, and OIDC Core §3.1.2.6. */
const explanations: Readonly<Record<string, Explain>> = {
  invalid_client: badClient,
  unauthorized_client: (idp) =>
    error('grant_not_allowed', {
      what: 'The client may not do this (unauthorized_client)',
      why: 'People are signed in by the authorization code flow, and stay so by refresh tokens.',
      fix: `Allow both for the client: ${settingsOf[idp.profile].codeGrant}`,
    }),
  access_denied: (idp) =>
    error('access_denied', {
      what: 'The provider refused the person (access_denied)',
      why: 'The person said no there, or may not use the application.',
      fix: `If they should be able to sign in, assign them to the application, and see what its policies say: ${settingsOf[idp.profile].assignment}`,
    }),
  consent_required: (idp) =>
    error('consent_missing', {
      what: 'The provider wants a consent that nobody has given (consent_required)',
      why: 'Until then it signs nobody in for this client.',
      fix: `Grant consent for the whole company as an administrator, or take the scope out of identityProviders[].scopes: ${settingsOf[idp.profile].assignment}`,
    }),
  invalid_scope: (idp) =>
    error('scope_refused', {
      what: 'The provider refuses a scope (invalid_scope)',
      why: 'It does not know each of the scopes that identityProviders[].scopes asks for, or does not allow it to the client.',
      fix: `Add the scope at ${settingsOf[idp.profile].name}, or take it out of identityProviders[].scopes${idp.profile === 'okta' ? ': groups is a scope of the org server, which a custom authorization server has only where it was added (Security › API › your server › Scopes)' : '.'}`,
    }),
  // Keycloak's word, where somebody has not the role for it.
  not_allowed: (idp) =>
    error('offline_access_not_allowed', {
      what: 'The provider gives the person no refresh token for work while they are away (not_allowed)',
      why: 'Clients that go on without the person ask for one, and the whole sign-in is refused.',
      fix: `Give people the realm role offline_access, which is one of those that everybody has: ${settingsOf[idp.profile].name} admin console › your realm › Realm roles › default-roles-<realm>`,
    }),
  invalid_dpop_proof: dpop,
  use_dpop_nonce: dpop,
  unmet_authentication_requirements: (idp) =>
    error('authentication_unmet', {
      what: 'The person could not sign in as strongly as was asked (unmet_authentication_requirements)',
      why: 'The client asked for an acr that no policy of the provider reaches for this person.',
      fix: `Let the person enrol another factor, or change what the provider asks for: ${settingsOf[idp.profile].stepUp}`,
    }),
  invalid_grant: (idp, answer, by) =>
    answer.vendorCode === undefined ? badCode(idp) : unknown(idp, answer, by),
  unsupported_response_type: codeFlow,
  unsupported_grant_type: codeFlow,
  server_error: down,
  temporarily_unavailable: down,
};

function badClient(idp: LookedAt): Finding {
  const why = 'People sign in at the provider, and the sign-in fails when they are back.';
  const { id = '<id>' } = idp;
  const compared = `Compare the client id too: ${settingsOf[idp.profile].clientId}`;
  if (idp.clientProof?.method === 'private_key_jwt') {
    const { audience, certificate } = idp.clientProof;
    const byCertificate = certificate !== undefined || idp.profile === 'entra';
    return error(byCertificate ? 'client_certificate_refused' : 'client_key_refused', {
      what: 'The token endpoint does not take the signed assertion of the deployment (invalid_client)',
      why,
      fix: byCertificate
        ? `The certificate of the config has to be the one at the provider, and not expired (\`npx vestibule idp doctor ${id}\` says). ${howToMake(idp)} ${compared}`
        : `Give the provider the public key that \`npx vestibule idp key ${id}\` prints, or the URL: ${settingsOf[idp.profile].publicKey}. ${audienceOf(audience)} ${compared}`,
    });
  }
  return error('client_secret_refused', {
    what: 'The token endpoint does not take the client secret (invalid_client)',
    why,
    fix: `Put the secret that the provider shows into the deployment's secret (its output IdpSecret…Arn names it, or clientSecretArn): ${settingsOf[idp.profile].clientSecret}. ${compared}`,
  });
}

function audienceOf(audience: AssertionAudience): string {
  return audience === 'issuer'
    ? "Assertions name it by its issuer: where it wants its token endpoint there, write 'token_endpoint' in identityProviders[].authentication.audience."
    : "Assertions name it by its token endpoint: where it wants its issuer there, write 'issuer' in identityProviders[].authentication.audience.";
}

function badCode(idp: LookedAt): Finding {
  return error('code_refused', {
    what: 'The token endpoint does not take the code (invalid_grant)',
    why: 'The person was too slow, or came back twice; where it happens each time, redirect URI or PKCE is not as it was at the start.',
    fix: `Sign in again. If it stays so, register ${idp.callback ?? 'our callback'} to the letter: ${settingsOf[idp.profile].redirectUris}`,
  });
}

function dpop(idp: LookedAt, { error: code }: ErrorAnswer): Finding {
  if (idp.dpop === true) {
    return error('dpop_proof_refused', {
      what: `The token endpoint does not take our proof of possession (${code})`,
      why: 'It gives no tokens without one that it takes, and every sign-in fails when the person is back.',
      fix: `Proofs are signed by ES256, a moment before they are sent, for the token endpoint of the discovery document: let the provider take those, and let nothing before it change its URL; or do not require DPoP for this client and take dpop out of identityProviders[]: ${settingsOf[idp.profile].dpop ?? 'in its settings at the identity provider'}`,
    });
  }
  return error('dpop_required', {
    what: 'The token endpoint wants a proof of possession (DPoP)',
    why: 'Without one it gives no tokens, and every sign-in fails when the person is back.',
    fix: `Write dpop: true in identityProviders[] of the config, or do not require DPoP for this client: ${settingsOf[idp.profile].dpop ?? 'in its settings at the identity provider'}`,
  });
}

function codeFlow(idp: LookedAt, answer: ErrorAnswer): Finding {
  return error('code_flow_missing', {
    what: `The provider does not do the authorization code flow for this client (${answer.error})`,
    why: 'People are signed in by it, and by no other.',
    fix: `Allow it: ${settingsOf[idp.profile].codeGrant}`,
  });
}

function down(_: LookedAt, answer: ErrorAnswer): Finding {
  return error('provider_down', {
    what: `The provider failed (${answer.error})`,
    why: 'Nobody can sign in while it does.',
    fix: 'Look into the log of the provider at this time; sign in again.',
  });
}

function unknown(idp: LookedAt, { error: code, vendorCode }: ErrorAnswer, by: SaidBy): Finding {
  return error('provider_refused', {
    what: `The ${by} endpoint refuses the request: ${code}${vendorCode === undefined ? '' : `, ${vendorCode}`}`,
    why: 'It is an error that the provider alone can explain.',
    fix:
      vendorCode?.startsWith('AADSTS') === true
        ? `Look it up: https://login.microsoftonline.com/error?code=${vendorCode.slice(6)}`
        : `Look into the log of ${settingsOf[idp.profile].name} at this time, and compare the settings of the client: ${settingsOf[idp.profile].redirectUris}`,
  });
}
