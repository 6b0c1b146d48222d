import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';

export const directory = 'https://directory.example.com';
export const rival = 'https://rival.example.com';

export type Mood = 'well' | 'failing' | 'silent' | 'endless' | 'moved';

interface Signing {
  readonly by?: 'directory' | 'rival';
  readonly header?: Readonly<Record<string, unknown>>;
}

/** The host of two issuers of software statements. */
export interface StatementIssuers {
  /** As the config names them. */
  readonly config: readonly { readonly issuer: string; readonly jwksUri: string }[];
  /** What the host does from now on. */
  readonly be: (mood: Mood) => void;
  readonly asked: readonly string[];
  readonly state: (claims: object, signing?: Signing) => Promise<string>;
  /** A MAC over the text by which everybody knows the directory's key. */
  readonly stateByPublicKey: (claims: object) => Promise<string>;
  /** The directory signs with another key from now on. */
  readonly rotate: () => Promise<void>;
  readonly stop: () => void;
}

interface Key {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly kid: string;
}

export async function startStatementIssuers(port = 0): Promise<StatementIssuers> {
  const keys = { directory: await newKey('directory-1'), rival: await newKey('rival-1') };
  const asked: string[] = [];
  let mood: Mood = 'well';
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    if (mood === 'silent') return;
    if (mood === 'moved') return void response.writeHead(302, { location: '/elsewhere' }).end();
    response.writeHead(mood === 'failing' ? 500 : 200, { 'content-type': 'application/json' });
    if (mood === 'endless') return void response.end(JSON.stringify('x'.repeat(10_000_000)));
    const { publicKey, kid } = path === '/rival' ? keys.rival : keys.directory;
    void exportJWK(publicKey).then((jwk) => response.end(JSON.stringify({ keys: [{ ...jwk, kid }] })));
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const signed = (claims: object, header: object): SignJWT =>
    new SignJWT({ iss: directory, ...claims }).setProtectedHeader({ alg: 'ES256', ...header });
  return {
    config: [
      { issuer: directory, jwksUri: `${origin}/directory` },
      { issuer: rival, jwksUri: `${origin}/rival` },
    ],
    be: (next) => {
      mood = next;
    },
    asked,
    state: (claims, { by = 'directory', header = {} } = {}) =>
      signed(claims, { kid: keys[by].kid, ...header }).sign(keys[by].privateKey),
    stateByPublicKey: async (claims) =>
      signed(claims, { alg: 'HS256', kid: keys.directory.kid }).sign(
        new TextEncoder().encode(await exportSPKI(keys.directory.publicKey)),
      ),
    rotate: async () => {
      keys.directory = await newKey('directory-2');
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function newKey(kid: string): Promise<Key> {
  return { ...(await generateKeyPair('ES256', { extractable: true })), kid };
}
