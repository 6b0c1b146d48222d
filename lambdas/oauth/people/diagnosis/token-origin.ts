import type { Finding } from '../../../ports/diagnosis.ts';
import { profileOf } from '../profiles/profile-of.ts';
import { error, found } from './check.ts';
import { hostOf, printable, stripped } from './issuer.ts';
import type { LookedAt } from './provider.ts';
import { settingsOf } from './settings.ts';
import type { ReadToken } from './read-token.ts';

/** Who issued a token, for whom, and of what kind it is. */
export function originFindings(idp: LookedAt, token: ReadToken): readonly Finding[] {
  const kind = graph(idp, token) ?? kindFinding(idp, token);
  // A token that is not for us has another audience too: the kind says why.
  return kind === undefined ? found(issuer(idp, token), audience(idp, token)) : [kind];
}

const graphAudiences: readonly unknown[] = [
  '00000003-0000-0000-c000-000000000000',
  'https://graph.microsoft.com',
  'https://graph.microsoft.com/',
];

/** Microsoft hashes the nonce in the header of these before it signs: nobody but Graph can verify them. */
function graph({ profile }: LookedAt, { header, claims }: ReadToken): Finding | undefined {
  const isOfMicrosoft = profile === 'entra' || hostOf(String(claims['iss'])) === 'sts.windows.net';
  const isForGraph = isOfMicrosoft && header['nonce'] !== undefined;
  if (!isForGraph && !graphAudiences.includes(claims['aud'])) return undefined;
  return error('token_for_graph', {
    what: 'The token is an access token for Microsoft Graph',
    why: 'Nobody but Graph can verify it, whatever its claims say.',
    fix: 'Paste the id_token. For an access token of your own API, request the scope api://<your app>/<scope> (Microsoft Entra admin center › App registrations › your app › Expose an API) in place of one of Graph.',
  });
}

function kindFinding(idp: LookedAt, { header, claims }: ReadToken): Finding | undefined {
  const { token_use: use } = claims;
  if (use === 'access') {
    return error('token_use', {
      what: 'The token is an access token of a user pool (token_use is "access")',
      why: 'It tells neither for whom it was made (aud) nor who the person is.',
      fix: 'Paste the id_token of the same answer, whose token_use is "id".',
    });
  }
  if (claims['idtyp'] === 'app') {
    return error('token_of_app', {
      what: 'The token is of an application, and of no person (idtyp is "app")',
      why: 'It comes of a client credentials grant; nobody signed in.',
      fix: 'Get the token by the authorization code flow, with a person in it.',
    });
  }
  const isAccessToken =
    String(header['typ']).toLowerCase().endsWith('at+jwt') ||
    ['scp', 'scope', 'cid'].some((name) => Object.hasOwn(claims, name));
  if (!isAccessToken || claims['nonce'] !== undefined) return undefined;
  return isOktaOrg(idp, claims) ? oktaOrg : accessToken(idp);
}

function accessToken(idp: LookedAt): Finding {
  return error('token_is_access_token', {
    what: 'The token is an access token, and no id_token',
    why: 'It is for the API in its audience; a sign-in takes the id_token of the same answer.',
    fix: `Paste the id_token: the answer has one where the scope openid was asked for at ${settingsOf[idp.profile].name}.`,
  });
}

const oktaOrg = error('okta_org_server', {
  what: 'The token is an access token of the Okta org authorization server',
  why: 'Okta says that nobody but itself may verify these, and that they may change without notice.',
  fix: 'Sign-ins take its id_token, which is fine. For access tokens of your own API use a custom authorization server: issuer https://<your domain>/oauth2/default, or of Security › API › Authorization Servers.',
});

function isOktaOrg({ profile }: LookedAt, { iss }: ReadToken['claims']): boolean {
  return profile === 'okta' && typeof iss === 'string' && !iss.includes('/oauth2/');
}

function issuer(idp: LookedAt, { claims }: ReadToken): Finding | undefined {
  const { iss } = claims;
  if (iss === profileOf(idp).issuers.ofToken(idp, claims)) return undefined;
  if (typeof iss !== 'string') {
    return error('issuer_missing', {
      what: 'The token names no issuer (iss)',
      why: 'Nobody can tell whose it is.',
      fix: 'Paste an id_token of OpenID Connect.',
    });
  }
  if (hostOf(iss) === 'sts.windows.net') {
    return error('token_version_1', {
      what: 'The token is of version 1.0 of Entra (its issuer is https://sts.windows.net/…)',
      why: 'The issuer of the config is that of version 2.0; they are two issuers.',
      fix: 'For an access token set api.requestedAccessTokenVersion to 2: Microsoft Entra admin center › App registrations › your app › Manifest. Id_tokens are of the endpoint that gave them: use …/oauth2/v2.0/.',
    });
  }
  if (isEntra(iss) && isEntra(idp.issuer)) {
    return error('tenant_not_allowed', {
      what: `The token is of another tenant (${printable(iss)})`,
      why: 'Only people of the tenants that the config trusts may sign in.',
      fix: "If they should: write the issuer https://login.microsoftonline.com/organizations/v2.0 and list both tenants under tenants: ['…', '…'].",
    });
  }
  if (hostOf(iss) === hostOf(idp.issuer) && idp.profile === 'okta') return oktaServers(iss);
  const isSlash = stripped(iss) === stripped(idp.issuer);
  return error(isSlash ? 'issuer_trailing_slash' : 'issuer_mismatch', {
    what: `The token is of ${printable(iss)}, and not of ${idp.issuer}`,
    why: 'Issuers are compared to the letter.',
    fix: `Write issuer: '${printable(iss)}' in identityProviders[], if that is the server you mean.`,
  });
}

function oktaServers(iss: string): Finding {
  return error('okta_other_server', {
    what: `The token is of another authorization server of this Okta org (${printable(iss)})`,
    why: 'The org server and each custom authorization server are issuers of their own.',
    fix: `Write issuer: '${printable(iss)}' in identityProviders[], or get the token of the one that is there (Security › API › Authorization Servers).`,
  });
}

function isEntra(iss: string): boolean {
  return /^(?:login\.microsoftonline\.(?:com|us)|login\.partner\.microsoftonline\.cn)$/.test(
    hostOf(iss) ?? '',
  );
}

function audience({ clientId, profile }: LookedAt, { claims: { aud, azp } }: ReadToken): Finding | undefined {
  if (clientId === undefined) return undefined;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (audiences.includes(clientId) && (azp === undefined || azp === clientId)) return undefined;
  return error('audience_mismatch', {
    what: `The token was made for another client than ${clientId} (aud, azp)`,
    why: 'A token for one application signs nobody in at another.',
    fix: `Get a token for this client, or compare clientId in identityProviders[]: ${settingsOf[profile].clientId}`,
  });
}
