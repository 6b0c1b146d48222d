import type { Answered } from './played-idp/behaviour.ts';
import {
  type AskedExchange,
  type ExchangeJudge,
  isExactly,
  refused,
  tokenExchange,
} from './played-exchanges.ts';

// How these providers exchange. Entra (MicrosoftDocs/entra-docs): en-obo v2-oauth2-on-behalf-of-flow.md, en-agobo
// agent-user-oauth-flow.md. Okta (okta/okta-developer-docs, guides): ok-obo set-up-token-exchange, ok-agent ai-agent-token-exchange.
// Auth0 (auth0/docs-v2): a0-obo on-behalf-of-token-exchange. Keycloak (keycloak/keycloak): kc-te token-exchange.adoc. Cognito
// (docs.aws.amazon.com/cognito): cg-te cognito-user-pools-token-exchange.

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const idToken = 'urn:ietf:params:oauth:token-type:id_token';
const idJag = 'urn:ietf:params:oauth:token-type:id-jag';

/** Who may exchange there, and what it proves itself by. */
export interface KnownClient {
  readonly id: string;
  readonly secret: () => string;
}

function isClient({ client, secret }: AskedExchange, known: KnownClient): boolean {
  return client === known.id && secret === known.secret();
}

function isGiven(token: string | undefined): boolean {
  return token?.startsWith('access-canary-') === true;
}

const unknownClient = refused('invalid_client', {}, 401);

/** Its own words, as 26.7 has them: test/peers/keycloak-exchange.test.ts hears them from itself. */
function keycloakRefuses(said: string, error = 'invalid_request', status = 400): Answered {
  return refused(error, { error_description: said }, status);
}

/** kc-te: subject and requested type are access tokens, an API is the id of its client, and there is no `resource`. */
export function keycloakExchange(audience: string, known: KnownClient): ExchangeJudge {
  return (asked, { give }) => {
    if (!isClient(asked, known)) {
      return keycloakRefuses('Invalid client or Invalid client credentials', 'unauthorized_client', 401);
    }
    const isSound = isExactly(asked.form, {
      ...{ grant_type: tokenExchange, subject_token: undefined, subject_token_type: accessToken },
      ...{ requested_token_type: accessToken, audience: undefined, scope: undefined },
    });
    if (!isSound || !isGiven(asked.form['subject_token'])) return keycloakRefuses('Invalid token');
    if (asked.form['audience'] !== audience) {
      return keycloakRefuses(`Requested audience not available: ${asked.form['audience'] ?? ''}`);
    }
    return give({
      scope: `${asked.form['scope'] ?? ''} profile email`,
      'not-before-policy': 0,
      session_state: 's',
    });
  };
}

/** ok-obo: an API Services app asks the authorization server of the API; OpenID scopes are refused. */
export function oktaExchange(
  { audience, server }: { readonly audience: string; readonly server: string },
  known: KnownClient,
): ExchangeJudge {
  return (asked, { give }) => {
    const { form, url } = asked;
    if (url.pathname !== `/oauth2/${server}/v1/token`) return refused('invalid_target');
    if (!isClient(asked, known)) return unknownClient;
    const isSound = isExactly(form, {
      ...{ grant_type: tokenExchange, subject_token: undefined, subject_token_type: accessToken },
      ...{ audience, scope: undefined },
    });
    if (!isSound || !isGiven(form['subject_token'])) return refused('invalid_request');
    const isOpenId = (form['scope'] ?? '')
      .split(' ')
      .some((name) => ['openid', 'offline_access'].includes(name));
    return isOpenId ? refused('invalid_scope') : give({ scope: form['scope'] });
  };
}

/** ok-agent: the org gives an ID-JAG for the authorization server of the API, which redeems it. */
export function oktaAgentExchange(
  { audience, redeemedAt }: { readonly audience: string; readonly redeemedAt: string },
  known: KnownClient,
): ExchangeJudge {
  return (asked, { give }) => {
    const { form, url } = asked;
    if (!isClient(asked, known)) return unknownClient;
    if (url.pathname === redeemedAt) {
      const isSound = isExactly(form, { grant_type: jwtBearer, assertion: undefined, scope: undefined });
      if (!isSound || form['assertion']?.startsWith('jag-canary-') !== true) return refused('invalid_grant');
      return { ...give(), status: 200 };
    }
    const isSound = isExactly(form, {
      ...{ grant_type: tokenExchange, subject_token: undefined, subject_token_type: idToken },
      ...{ requested_token_type: idJag, audience, scope: undefined },
    });
    if (url.pathname !== '/oauth2/v1/token' || !isSound || form['subject_token']?.split('.').length !== 3) {
      return refused('invalid_request');
    }
    const jag = {
      access_token: 'jag-canary-1',
      issued_token_type: idJag,
      token_type: 'N_A',
      expires_in: 300,
    };
    return { status: 200, body: jag };
  };
}

/** a0-obo: by the client of an API, for whose token it exchanges; both types are sent. */
export function auth0Exchange(audience: string, known: KnownClient): ExchangeJudge {
  return (asked, { give }) => {
    if (!isClient(asked, known)) return unknownClient;
    const isSound = isExactly(asked.form, {
      ...{ grant_type: tokenExchange, subject_token: undefined, subject_token_type: accessToken },
      ...{ requested_token_type: accessToken, audience, scope: undefined },
    });
    return isSound && isGiven(asked.form['subject_token']) ? give() : refused('invalid_request');
  };
}

/** cg-te: at the token endpoint of the user pool, without a token of who acts. */
export function cognitoExchange(audience: string, known: KnownClient): ExchangeJudge {
  return auth0Exchange(audience, known);
}

const notAJwt = refused('invalid_request', {
  error_description: 'AADSTS50027: JWT token is invalid or malformed.',
});

/** en-obo: credentials in the form; an assertion for the application itself; no `issued_token_type` comes back. */
export function entraExchange(known: KnownClient): ExchangeJudge {
  return (asked, { give }) => {
    if (!isClient(asked, known)) return unknownClient;
    const isSound = isExactly(asked.form, {
      ...{ client_id: known.id, client_secret: known.secret(), grant_type: jwtBearer },
      ...{ assertion: undefined, requested_token_use: 'on_behalf_of', scope: undefined },
    });
    if (!isSound) return refused('invalid_request');
    if (!isGiven(asked.form['assertion'])) return notAJwt;
    return give({ issued_token_type: undefined, scope: 'User.Read', ext_expires_in: 300 });
  };
}

/** en-agobo: the blueprint gets what the agent identity proves itself by, and that one acts on behalf. */
export function entraAgentExchange(agentIdentity: string, blueprint: KnownClient): ExchangeJudge {
  return (asked, { give }) => {
    const { form } = asked;
    const byAssertion = {
      ...{ client_id: agentIdentity, client_assertion: 'vouched-canary-1' },
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    };
    // en-agapp, agent-autonomous-app-oauth-flow.md: the same assertion, and the agent identity as itself.
    if (form['grant_type'] === 'client_credentials' && form['client_id'] === agentIdentity) {
      const asItself = { grant_type: 'client_credentials', scope: 'https://graph.microsoft.com/.default' };
      return isExactly(form, { ...byAssertion, ...asItself })
        ? give({ issued_token_type: undefined })
        : refused('invalid_request');
    }
    if (form['grant_type'] === 'client_credentials') {
      const isSound = isExactly(form, {
        ...{ client_id: blueprint.id, client_secret: blueprint.secret(), grant_type: 'client_credentials' },
        ...{ scope: 'api://AzureADTokenExchange/.default', fmi_path: agentIdentity },
      });
      const vouched = { access_token: 'vouched-canary-1', token_type: 'Bearer', expires_in: 300 };
      return isSound ? { status: 200, body: vouched } : refused('invalid_request');
    }
    const isSound = isExactly(form, {
      ...{ grant_type: jwtBearer, assertion: undefined, scope: undefined, ...byAssertion },
      requested_token_use: 'on_behalf_of',
    });
    if (!isSound) return refused('invalid_request');
    return isGiven(form['assertion']) ? give({ issued_token_type: undefined }) : notAJwt;
  };
}

/** Client credentials (RFC 6749 §4.4.2): what a client proves itself by, the scopes, and the parameters of that provider. */
export function machineExchange(
  known: KnownClient & { readonly with: Readonly<Record<string, string>> },
): ExchangeJudge {
  return (asked, { give }) => {
    if (!isClient(asked, known)) return unknownClient;
    const proof = new Set(['client_id', 'client_secret']);
    const form = Object.fromEntries(Object.entries(asked.form).filter(([name]) => !proof.has(name)));
    return isExactly(form, { grant_type: 'client_credentials', scope: undefined, ...known.with })
      ? give({ issued_token_type: undefined, scope: form['scope'] })
      : refused('invalid_request');
  };
}
