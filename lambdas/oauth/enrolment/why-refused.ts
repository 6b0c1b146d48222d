import type { EnrolmentRefusal, Place, UpstreamRegistrationRefusal } from '../../ports/enrolments.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import { profileOf } from '../people/profiles/profile-of.ts';
import type { RegistrationApi } from '../people/profiles/profile.ts';

type Words = Pick<Extract<EnrolmentRefusal, { reason: 'enrolment_refused' }>, 'detail' | 'fix'>;

const credentials: Readonly<Record<RegistrationApi['kind'], string>> = {
  none: 'remove registration from the config of that identity provider: it registers no clients',
  user_pool:
    'check that the user pool is in the account of the deployment and that nothing denies its function to create app clients there',
  initial_access_token:
    'put an initial access token that has uses left into the secret of that identity provider (Keycloak admin console › your realm › Clients › Initial access token)',
  api_token:
    'put an API token that may manage applications into the secret of that identity provider (Okta Admin Console › Security › API › Tokens)',
  open: 'put client_id and client_secret of a machine-to-machine application with read:clients, update:clients and delete:clients of the Management API into the secret of that identity provider, and enable Dynamic Client Registration (Auth0 Dashboard › Settings › Advanced)',
};

/** By what Cognito calls it. */
const userPoolFixes: Readonly<Record<string, string>> = {
  LimitExceededException:
    'remove app clients of the user pool that nobody needs, or raise their number (Service Quotas › Amazon Cognito › App clients per user pool)',
  ScopeDoesNotExistException: 'name in scopes of that identity provider only such as the user pool has',
  InvalidParameterException:
    'name in registration.supportedIdentityProviders only such as the user pool has, as it writes them',
};

/** Why none is made while there may be one. */
export function whyUnknown({ name }: Pick<Place, 'name'>): Words {
  return {
    detail: `it did not answer whether it made ${JSON.stringify(name)} before`,
    fix: 'try again after the next hourly sweep, which looks for it there, or after a day where that provider lets nobody look',
  };
}

/** Why no client is made at a provider, and what an administrator can do about it. */
export function whyRefused(idp: IdentityProvider, refusal: UpstreamRegistrationRefusal): Words {
  const { kind } = profileOf(idp).registration;
  const fix = credentials[kind];
  switch (refusal.kind) {
    case 'refused': {
      const { status, error } = refusal;
      const detail = `it answered ${status}${error === undefined ? '' : ` ${error}`}`;
      if (kind === 'user_pool') return { detail, fix: userPoolFixes[error ?? ''] ?? fix };
      const isOfCredential = status === 401 || status === 403 || status === 404;
      return {
        detail,
        fix: isOfCredential ? fix : 'look into the log of the identity provider, which refuses our clients',
      };
    }
    case 'unsupported':
      return { detail: refusal.problem, fix };
    case 'unusable':
      return {
        detail: refusal.problem,
        fix: kind === 'user_pool' ? fix : 'change the registration policies of the identity provider',
      };
  }
}
