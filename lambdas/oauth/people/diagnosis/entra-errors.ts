import type { Finding } from '../../../ports/diagnosis.ts';
import { howToMake } from './certificate.ts';
import { error } from './check.ts';
import type { LookedAt } from './provider.ts';
import { settingsOf } from './settings.ts';

type Told = readonly [code: string, what: string, why: string, fix: (idp: LookedAt) => string];

const entra = settingsOf.entra;

const consent: Told = [
  'admin_consent_missing',
  'Nobody has consented to the permissions of the application',
  'Until then Entra signs nobody in for it, where people may not consent themselves.',
  ({ clientId }) =>
    `Grant admin consent: Microsoft Entra admin center › Enterprise applications › your app › Permissions › Grant admin consent, or https://login.microsoftonline.com/<tenant>/adminconsent?client_id=${clientId ?? '<client id>'}`,
];

const noApplication: Told = [
  'client_unknown',
  'The tenant has no application of this client id',
  'The client id is wrong, or the issuer is that of another tenant.',
  () => `Compare the client id: ${entra.clientId}; and the issuer: ${entra.issuer}`,
];

const strongerSignIn: Told = [
  'interaction_required',
  'A Conditional Access policy wants more of the person, such as a second factor',
  'It was not given, or could not be asked for.',
  () =>
    'See the policy in the sign-in log: Microsoft Entra admin center › Monitoring › Sign-in logs; let the person enrol, or change the policy.',
];

/** The numbers of Entra that say what is wrong (its error code reference; the same error code stands for many of them). */
const numbers: Readonly<Record<string, Told>> = {
  AADSTS65001: consent,
  AADSTS90094: consent,
  AADSTS90008: consent,
  AADSTS65004: [
    'consent_declined',
    'The person did not consent to the permissions of the application',
    'Without that Entra signs them in for no application.',
    ({ clientId }) =>
      `Have them try again, or grant consent for everybody: https://login.microsoftonline.com/<tenant>/adminconsent?client_id=${clientId ?? '<client id>'}`,
  ],
  AADSTS50105: [
    'person_not_assigned',
    'The person is not assigned to the application',
    'It is set to require an assignment.',
    () => `Assign them, or a group of theirs: ${entra.assignment}`,
  ],
  AADSTS50011: [
    'redirect_uri_refused',
    'Our redirect URI is not registered for the application',
    'People who are sent there see an error page of Entra, and never come back.',
    ({ callback }) => `Add ${callback ?? 'our callback'} to the letter: ${entra.redirectUris}`,
  ],
  AADSTS9002327: [
    'redirect_uri_of_spa',
    'Our redirect URI is registered for a single-page application',
    'Its codes can be redeemed by a browser alone, and not by a server.',
    ({ callback }) =>
      `Remove ${callback ?? 'our callback'} from the platform Single-page application, and add it to Web: ${entra.redirectUris}`,
  ],
  AADSTS7000215: [
    'client_secret_refused',
    'The client secret is not that of the application',
    'People sign in at Entra, and the sign-in fails when they are back.',
    () =>
      `Put the Value of a client secret, not its Secret ID, into the deployment's secret: ${entra.clientSecret}`,
  ],
  AADSTS7000222: [
    'client_secret_expired',
    'The client secret has expired',
    'People sign in at Entra, and the sign-in fails when they are back.',
    () => `Make a new one and put its Value into the deployment's secret: ${entra.clientSecret}`,
  ],
  AADSTS7000218: [
    'client_secret_refused',
    'Entra got neither client secret nor assertion',
    'The application is a confidential client, and has to prove itself.',
    () => `Make a client secret and put its Value into the deployment's secret: ${entra.clientSecret}`,
  ],
  AADSTS700027: [
    'client_certificate_refused',
    'The application has no such certificate, or its key did not sign',
    'People sign in at Entra, and the sign-in fails when they are back.',
    howToMake,
  ],
  AADSTS700023: [
    'assertion_audience_refused',
    'The assertion of the deployment names another audience than Entra expects',
    'It names the token endpoint of the tenant, or of all tenants where the issuer is the one that they share.',
    () =>
      'Leave audience out of identityProviders[].authentication, and write the issuer of one tenant: some applications take no assertion for all of them.',
  ],
  AADSTS700024: [
    'clock_skew',
    'The assertion of the deployment came too early or too late',
    'It is good for a minute, by the clock of AWS Lambda.',
    () => 'Sign in again; where it stays so, look at how long token requests are on their way to Entra.',
  ],
  AADSTS700016: noApplication,
  AADSTS90002: [
    'tenant_unknown',
    'There is no such tenant',
    'The issuer names a tenant that Entra does not have.',
    () => `Write the issuer of yours: ${entra.issuer}`,
  ],
  AADSTS50020: [
    'tenant_not_allowed',
    'The person is of another tenant, and not a guest of this one',
    'The application is for people of its own tenant.',
    () =>
      'Invite them as a guest, or let the application take accounts of several tenants and list these under tenants.',
  ],
  AADSTS50194: [
    'application_single_tenant',
    'The application is for one tenant, and was asked for by the issuer that all share',
    'An application of one tenant has no sign-in at /common or /organizations.',
    () => `Write the issuer of that tenant: ${entra.issuer}`,
  ],
  AADSTS70011: [
    'scope_refused',
    'Entra refuses a scope',
    'It is none of OpenID Connect, and none of an API that the application has a permission for.',
    () =>
      'Take it out of identityProviders[].scopes, or add the permission: Microsoft Entra admin center › App registrations › your app › API permissions',
  ],
  AADSTS650056: [
    'application_misconfigured',
    'The application has no permission to sign people in',
    'It needs User.Read or openid of Microsoft Graph, consented to.',
    () =>
      'Add the delegated permission User.Read and grant admin consent: Microsoft Entra admin center › App registrations › your app › API permissions',
  ],
  AADSTS53003: [
    'conditional_access_blocked',
    'A Conditional Access policy blocks the sign-in',
    'Token requests come from AWS, or the device or place of the person is not what the policy allows.',
    () =>
      'See which policy in the sign-in log: Microsoft Entra admin center › Monitoring › Sign-in logs › the sign-in › Conditional Access',
  ],
  AADSTS50076: strongerSignIn,
  AADSTS50079: strongerSignIn,
};

/** What a number of Entra says; undefined where it is none that we know. */
export function entraFinding(idp: LookedAt, number: string): Finding | undefined {
  const told = Object.hasOwn(numbers, number) ? numbers[number] : undefined;
  if (told === undefined) return undefined;
  const [code, what, why, fix] = told;
  return error(code, { what: `${what} (${number})`, why, fix: fix(idp) });
}
