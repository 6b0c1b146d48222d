import { createPrivateKey, randomBytes, timingSafeEqual } from 'node:crypto';
import type { RequestListener } from 'node:http';
import {
  AuthorizationServer,
  DateInterval,
  type JwtInterface,
  type OAuthClient,
  type OAuthTokenRepository,
  OAuthRequest,
} from '@jmondi/oauth2-server';
import { jwtSigner } from './jwt.ts';
import type { Market, SubjectSettings } from './message.ts';
import { readBody } from './read-body.ts';

/** @jmondi/oauth2-server with its one client in memory. It keeps every token, so it is given a store that forgets. */
export function oauth2Server(settings: SubjectSettings): RequestListener {
  const { market } = settings;
  const client = clientOf(market);
  const scope = { name: market.scope };
  const server = new AuthorizationServer(
    {
      getByIdentifier: () => Promise.resolve(client),
      isClientValid: (_grant, { secret }, presented) =>
        Promise.resolve(isSame(secret ?? '', presented ?? '')),
    },
    forgetful,
    { getAllByIdentifiers: () => Promise.resolve([scope]), finalize: () => Promise.resolve([scope]) },
    signing(settings),
  );
  server.enableGrantTypes(['client_credentials', new DateInterval('15m')]);
  return (request, response) => {
    void readBody(request)
      .then((body) =>
        server.respondToAccessTokenRequest(
          new OAuthRequest({
            headers: { authorization: request.headers.authorization ?? '' },
            body: Object.fromEntries(new URLSearchParams(body.toString())),
          }),
        ),
      )
      .then((answer) => {
        const text = JSON.stringify(answer.body);
        response.writeHead(answer.status, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        });
        response.end(text);
      });
  };
}

function clientOf({ clientId, clientSecret, scope }: Market): OAuthClient {
  return {
    id: clientId,
    name: clientId,
    secret: clientSecret,
    redirectUris: [],
    allowedGrants: ['client_credentials'],
    scopes: [{ name: scope }],
  };
}

const forgetful: OAuthTokenRepository = {
  issueToken: (client, scopes) =>
    Promise.resolve({
      accessToken: randomBytes(16).toString('base64url'),
      accessTokenExpiresAt: new Date(),
      client,
      scopes,
    }),
  persist: () => Promise.resolve(),
  issueRefreshToken: (token) => Promise.resolve(token),
  revoke: () => Promise.resolve(),
  isRefreshTokenRevoked: () => Promise.resolve(true),
  getByRefreshToken: () => Promise.reject(new Error('no refresh token was issued')),
};

/** Its own signer knows no ES256 without options it does not pass on; this one does as little as the floor's. */
function signing({ algorithm, market, privateKey, kid }: SubjectSettings): JwtInterface {
  const signed = jwtSigner(createPrivateKey(privateKey), algorithm, kid);
  return {
    sign: (payload) => Promise.resolve(signed(payload as Record<string, unknown>)),
    verify: () => Promise.reject(new Error('nothing is verified here')),
    decode: () => null,
    extraTokenFields: ({ client }) => ({
      iss: market.issuer,
      aud: market.resource,
      sub: client.id,
      client_id: client.id,
    }),
  };
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
