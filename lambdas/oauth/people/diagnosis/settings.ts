import type { ProfileName } from '../../../ports/identity-providers.ts';

/** Where an administrator finds a setting at the identity provider: each ends a sentence that begins with what to do. */
export interface ProviderSettings {
  /** What people call it. */
  readonly name: string;
  /** Where its issuer is shown. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where our public key is put. */
  readonly publicKey: string;
  readonly redirectUris: string;
  readonly codeGrant: string;
  readonly tokenSigning: string;
  readonly groups: string;
  /** Who may use the application. */
  readonly assignment: string;
  /** Where another factor is asked for, and what tells that it was. */
  readonly stepUp: string;
  /** Where it has that. */
  readonly dpop?: string;
}

const app = 'Microsoft Entra admin center › App registrations › your app';
const oktaApp = 'Okta Admin Console › Applications › your app';
const auth0App = 'Auth0 Dashboard › Applications › your app';
const cognitoClient = 'Cognito console › your user pool › App clients › your client';
const keycloakClient = 'Keycloak admin console › your realm › Clients › your client';
const pingApp = 'the application at Ping';
const anyClient = 'the client at the identity provider';

export const settingsOf: Readonly<Record<ProfileName, ProviderSettings>> = {
  entra: {
    name: 'Microsoft Entra ID',
    issuer: `${app} › Overview › Endpoints: https://login.microsoftonline.com/<Directory (tenant) ID>/v2.0`,
    clientId: `${app} › Overview › Application (client) ID`,
    clientSecret: `${app} › Certificates & secrets › New client secret: its Value, not its Secret ID`,
    publicKey: `${app} › Certificates & secrets › Certificates › Upload certificate`,
    redirectUris: `${app} › Authentication › Platform configurations › Web › Redirect URIs`,
    codeGrant: `${app} › Authentication: a platform of the kind Web`,
    tokenSigning: `${app} › Token configuration`,
    groups: `${app} › Token configuration › Add groups claim (or App roles, with groupsClaim 'roles')`,
    assignment: 'Microsoft Entra admin center › Enterprise applications › your app › Users and groups',
    stepUp: `Microsoft Entra admin center › Protection › Conditional Access › Authentication contexts: its id (c1 to c99) as the value in identityProviders[].acr, published to apps, a policy that requires it, and the optional claim acrs in id_tokens (${app} › Token configuration)`,
  },
  okta: {
    name: 'Okta',
    issuer: 'Okta Admin Console › Security › API › Authorization Servers › Issuer URI',
    clientId: `${oktaApp} › General › Client Credentials › Client ID`,
    clientSecret: `${oktaApp} › General › Client Credentials › Client secrets`,
    publicKey: `${oktaApp} › General › Client Credentials › Client authentication: Public key / Private key, with the URL to fetch keys dynamically`,
    redirectUris: `${oktaApp} › General › Login › Sign-in redirect URIs`,
    codeGrant: `${oktaApp} › General › Grant type: Authorization Code`,
    tokenSigning: 'Okta Admin Console › Security › API › Authorization Servers › your server › Settings',
    groups: `${oktaApp} › Sign On › OpenID Connect ID Token › Group claim filter (org server), or Security › API › your server › Claims (custom server)`,
    assignment: `${oktaApp} › Assignments`,
    stepUp:
      "Okta Admin Console › Security › Authentication Policies › the policy of your app, with one of Okta's own values in identityProviders[].acr (urn:okta:loa:2fa:any, phr, …)",
    dpop: `${oktaApp} › General › Proof of possession: "Require Demonstrating Proof of Possession (DPoP) header in token requests"`,
  },
  cognito: {
    name: 'Amazon Cognito',
    issuer: 'https://cognito-idp.<region>.amazonaws.com/<user pool id>, not the domain of the sign-in pages',
    clientId: `${cognitoClient} › Client ID`,
    clientSecret: `${cognitoClient} › Client secret (a client without one has to be made anew)`,
    publicKey: 'Cognito knows clients by a secret alone',
    redirectUris: `${cognitoClient} › Login pages › Allowed callback URLs`,
    codeGrant: `${cognitoClient} › Login pages › OAuth grant types: Authorization code grant`,
    tokenSigning: 'the user pool',
    groups: 'Cognito console › your user pool › Groups: the people have to be in groups',
    assignment: 'Cognito console › your user pool › Users',
    stepUp:
      'Amazon Cognito has no levels that clients can ask for. Require a second factor of everybody (Cognito console › your user pool › Sign-in › Multi-factor authentication), and ask for no acr.',
  },
  auth0: {
    name: 'Auth0',
    issuer: `${auth0App} › Settings › Domain: https://<domain>/ with the slash at its end`,
    clientId: `${auth0App} › Settings › Client ID`,
    clientSecret: `${auth0App} › Settings › Client Secret`,
    publicKey: `${auth0App} › Credentials › Authentication Methods: Private Key JWT, with the PEM as a credential`,
    redirectUris: `${auth0App} › Settings › Allowed Callback URLs`,
    codeGrant: `${auth0App} › Settings › Advanced Settings › Grant Types: Authorization Code`,
    tokenSigning: `${auth0App} › Settings › Advanced Settings › OAuth › JsonWebToken Signature Algorithm: RS256`,
    groups:
      "Auth0 Dashboard › Actions › a post-login Action that sets api.idToken.setCustomClaim('https://<your domain>/groups', …), with groupsClaim of that name",
    assignment: 'Auth0 Dashboard › User Management, and the Actions that deny access',
    stepUp:
      'Auth0 Dashboard › Actions › a post-login Action that calls api.multifactor.enable where event.transaction.acr_values asks for http://schemas.openid.net/pape/policies/2007/06/multi-factor, which is the value in identityProviders[].acr',
    dpop: `${auth0App} › Settings › Token Sender-Constraining`,
  },
  keycloak: {
    name: 'Keycloak',
    issuer:
      'Keycloak admin console › your realm › Realm settings › Endpoints (and the hostname that the server is started with)',
    clientId: `${keycloakClient} › Settings › Client ID`,
    clientSecret: `${keycloakClient} › Credentials › Client Secret`,
    publicKey: `${keycloakClient} › Credentials › Client Authenticator: Signed JWT, and Keys › Use JWKS URL`,
    redirectUris: `${keycloakClient} › Settings › Valid redirect URIs`,
    codeGrant: `${keycloakClient} › Settings › Authentication flow: Standard flow`,
    tokenSigning: `${keycloakClient} › Advanced › Fine grain OpenID Connect configuration › ID token signature algorithm`,
    groups: `${keycloakClient} › Client scopes › <client>-dedicated › Add mapper › Group Membership (or User Realm Role), with "Add to ID token" on`,
    assignment: 'Keycloak admin console › your realm › Users',
    stepUp:
      'Keycloak admin console › your realm › Authentication › the browser flow: a sub-flow with "Condition - Level of Authentication"; names of levels are in Realm settings › General › ACR to LoA Mapping, and are the values in identityProviders[].acr',
    dpop: `${keycloakClient} › Settings › Capability config › Require DPoP bound tokens`,
  },
  ping: {
    name: 'Ping Identity',
    issuer: `${pingApp} › Configuration › URLs › Issuer`,
    clientId: `${pingApp} › Configuration › Client ID`,
    clientSecret: `${pingApp} › Configuration › Client Secret`,
    publicKey: `${pingApp} › Configuration › Token Endpoint Authentication Method: Private Key JWT, with the JWKS URL`,
    redirectUris: `${pingApp} › Configuration › Redirect URIs`,
    codeGrant: `${pingApp} › Configuration › Grant Type: Authorization Code`,
    tokenSigning: `${pingApp} › Configuration`,
    groups: `${pingApp} › Attribute Mappings`,
    assignment: `${pingApp} › Access`,
    stepUp: `${pingApp} › Policies: a sign-on policy of that name`,
  },
  generic: {
    name: 'the identity provider',
    issuer: 'the member "issuer" of its discovery document',
    clientId: `${anyClient} › client_id`,
    clientSecret: `${anyClient} › client secret`,
    publicKey: `${anyClient} › token_endpoint_auth_method private_key_jwt, with the jwks_uri`,
    redirectUris: `${anyClient} › redirect URIs`,
    codeGrant: `${anyClient} › grant types: authorization_code`,
    tokenSigning: `${anyClient} › id_token signing algorithm`,
    groups: `${anyClient} › claims of the id_token`,
    assignment: `${anyClient} › who may use it`,
    stepUp: `${anyClient} › its policies, and the claim acr of the id_token`,
  },
};
