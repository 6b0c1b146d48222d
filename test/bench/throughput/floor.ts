import { createPrivateKey, randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { jwtSigner, quickJwtSigner } from './jwt.ts';
import type { SubjectSettings } from './message.ts';
import { readBody } from './read-body.ts';

/** The least that anybody can do in Node: read the request, sign an equal token, answer. Nothing is decided. */
export function floor({ subject, algorithm, market, privateKey, kid }: SubjectSettings): RequestListener {
  const key = createPrivateKey(privateKey);
  const signed = subject === 'floor' ? jwtSigner(key, algorithm, kid) : quickJwtSigner(key, kid);
  const { issuer, clientId, resource, scope } = market;
  return (request, response) => {
    void readBody(request).then(() => {
      const iat = Math.floor(Date.now() / 1000);
      const token = signed({
        iss: issuer,
        sub: clientId,
        aud: resource,
        client_id: clientId,
        agent_id: 'planner',
        scope,
        jti: randomBytes(16).toString('base64url'),
        iat,
        exp: iat + 900,
      });
      const body = JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 900, scope });
      response.writeHead(200, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'content-length': Buffer.byteLength(body),
      });
      response.end(body);
    });
  };
}
