import type { ServerResponse } from 'node:http';
import { listenOnLoopback } from '../../loopback.ts';
import { openStateFile } from '../state-file.ts';
import { createTokenKeys, type KeptTokenKeys, type TokenAlgorithm } from './token-keys.ts';

/** The issuer of the account: on a host of its own, where anybody reads its documents and keys. */
export interface AccountIssuer {
  readonly url: string;
  readonly sign: (algorithm: TokenAlgorithm, claims: object) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Port 0 takes a free one; rejects with code EADDRINUSE for a port that is taken. `file` keeps the keys. */
export async function startAccountIssuer(port: number, file: string | undefined): Promise<AccountIssuer> {
  const keys = createTokenKeys(openStateFile<KeptTokenKeys>(file, { keys: {} }));
  const documents = new Map<string, () => Promise<object>>([
    ['/.well-known/jwks.json', keys.published],
    ['/.well-known/openid-configuration', () => Promise.resolve(configuration(url))],
  ]);
  const server = await listenOnLoopback(port, (request, response) => {
    void answer(response, documents.get(request.url ?? ''));
  });
  const url = `http://localhost:${server.port}`;
  return { url, sign: keys.sign, stop: server.stop };
}

async function answer(
  response: ServerResponse,
  document: (() => Promise<object>) | undefined,
): Promise<void> {
  if (document === undefined) {
    response.writeHead(404).end();
    return;
  }
  const body = JSON.stringify(await document());
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=300' }).end(body);
}

function configuration(issuer: string): object {
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES384', 'RS256'],
    claims_supported: ['sub', 'aud', 'exp', 'iat', 'iss', 'jti', 'https://sts.amazonaws.com/'],
  };
}
