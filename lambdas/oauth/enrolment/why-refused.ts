import type { EnrolmentRefusal, UpstreamRegistrationRefusal } from '../../ports/enrolments.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import { profileOf } from '../people/profiles/profile-of.ts';
import type { RegistrationApi } from '../people/profiles/profile.ts';

type Words = Pick<Extract<EnrolmentRefusal, { reason: 'enrolment_refused' }>, 'detail' | 'fix'>;

const credentials: Readonly<Record<RegistrationApi['kind'], string>> = {
  none: 'remove registration from the config of that identity provider: it registers no clients',
  initial_access_token:
    'put an initial access token that has uses left into the secret of that identity provider (Keycloak admin console › your realm › Clients › Initial access token)',
  api_token:
    'put an API token that may manage applications into the secret of that identity provider (Okta Admin Console › Security › API › Tokens)',
  open: 'put client_id and client_secret of a machine-to-machine application with read:clients and delete:clients of the Management API into the secret of that identity provider, and enable Dynamic Client Registration (Auth0 Dashboard › Settings › Advanced)',
};

/** Why no client is made at a provider, and what an administrator can do about it. */
export function whyRefused(idp: IdentityProvider, refusal: UpstreamRegistrationRefusal): Words {
  const fix = credentials[profileOf(idp).registration.kind];
  switch (refusal.kind) {
    case 'refused': {
      const detail = `it answered ${refusal.status}${refusal.error === undefined ? '' : ` ${refusal.error}`}`;
      const isOfCredential = refusal.status === 401 || refusal.status === 403 || refusal.status === 404;
      return {
        detail,
        fix: isOfCredential ? fix : 'look into the log of the identity provider, which refuses our clients',
      };
    }
    case 'unsupported':
      return { detail: refusal.problem, fix };
    case 'unusable':
      return { detail: refusal.problem, fix: 'change the registration policies of the identity provider' };
  }
}
