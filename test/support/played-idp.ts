import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, SignJWT } from 'jose';
import { listen, readBody, sendJson } from '../../local/demo/http.ts';
import { signsOut } from './signs-out.ts';
import { type Gate, isBarred, type PlayedAnswer } from './gate.ts';
import { misbehaves } from './unruly-answers.ts';

type Claims = Readonly<Record<string, unknown>>;

/** How the identity provider behaves from now on. What is not said is as OpenID Connect has it. */
export interface Behaviour {
  /** Who signs in, with what the id_token says of them. */
  readonly person?: Claims;
  /** What the userinfo endpoint says; undefined: the same as the id_token. */
  readonly userinfo?: Claims;
  /** Changes the claims of the next id_tokens. */
  readonly claims?: (claims: Claims) => Claims;
  /** Signs in another way than with a key of the key set. */
  readonly signing?: 'stranger' | 'none' | 'HS256';
  /** Members of the discovery document that differ. */
  readonly metadata?: Claims;
  /** `iss` on the way back; null: none. */
  readonly iss?: string | null;
  /** In place of a code on the way back. */
  readonly error?: string;
  /** Answers every request so. */
  readonly status?: number;
  /** What paths answer in place of what they should. */
  readonly answers?: Readonly<Record<string, PlayedAnswer>>;
  /** The paths that answer 503. */
  readonly down?: readonly string[];
  /** The paths that answer 10 MB. */
  readonly huge?: readonly string[];
  /** The paths that never answer. */
  readonly mute?: readonly string[];
  /** The paths that answer a byte at a time, without an end. */
  readonly drips?: readonly string[];
  /** Members of the answers of the token endpoint that differ. */
  readonly tokens?: Claims;
  /** Answers refreshes with this OAuth error. */
  readonly refreshError?: string;
  readonly withoutIdTokenOnRefresh?: boolean;
  /** Milliseconds before each answer of the token endpoint. */
  readonly slow?: number;
  /** How far its clock is ahead. Seconds. */
  readonly ahead?: number;
  /** Members of the header of the next id_tokens besides `alg` and `kid`. */
  readonly header?: Claims;
  /** The name that all its keys have. */
  readonly keyName?: string;
  /** Changes the key set. */
  readonly keys?: (keys: readonly Claims[]) => readonly Claims[];
  /** Answers of paths that OpenID Connect knows nothing of. */
  readonly besides?: Readonly<Record<string, (asked: Asked) => Answered>>;
  /** Where the browser is not sent back, why; asked of the parameters of each authorization request. */
  readonly refuses?: (parameters: URLSearchParams) => string | undefined;
}

export interface Asked {
  readonly url: URL;
  readonly method: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface Answered {
  readonly status: number;
  readonly body: object;
}

interface Key {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

interface Started {
  readonly client: string;
  readonly nonce: string;
  readonly challenge: string;
  readonly scope: string;
}

/** An identity provider that plays any part. It signs everybody in without a word. */
export interface PlayedIdp {
  readonly issuer: string;
  /** Lays another behaviour over the honest one. */
  readonly play: (behaviour?: Behaviour) => void;
  readonly rotateKeys: () => void;
  /** A logout token of `ann`, in all of her sessions; `null` leaves a claim or a member of the header out. */
  readonly logoutToken: (claims?: Claims, header?: Claims) => Promise<string>;
  /** What it was sent: the path, and the parameters of query and body. */
  readonly requests: readonly {
    readonly path: string;
    readonly parameters: Readonly<Record<string, string>>;
  }[];
  /** Every token and code that it has given away. */
  readonly given: readonly string[];
  readonly refreshes: () => number;
  readonly stop: () => Promise<void>;
}

/** `secret`: of the client `vestibule`; a function, because the deployment that has it may start later. */
export async function playIdp(options: {
  readonly port: number;
  readonly secret: () => string;
  /** Its clients by their ids, with their secrets, besides `vestibule`. */
  readonly clients?: Iterable<readonly [id: string, secret: string]>;
  /** Asked before all else, as long as it plays; `hang up`: no answer. */
  readonly also?: (path: string, asked: Asked) => Answered | 'hang up' | undefined;
  /** The path of the issuer; its endpoints are below it. */
  readonly path?: string;
  /** Seconds since 1970. */
  readonly now?: () => number;
  /** Whether a token request is that of the client. Default: by the secret. */
  readonly isClient?: (form: URLSearchParams) => Promise<boolean>;
  /** Judges each request to a path before anybody else does; what it answers is the answer. */
  readonly gate?: Gate;
}): Promise<PlayedIdp> {
  const { port, path: base = '', now = () => Date.now() / 1_000 } = options;
  const issuer = `http://localhost:${port}${base}`;
  const root = issuer.replace(/\/$/, '');
  const folder = new URL(root).pathname.replace(/\/$/, '');
  const stranger = newKey();
  const codes = new Map<string, Started>();
  const refreshTokens = new Map<string, { state: 'current' | 'spent'; readonly client: string }>();
  const requests: { path: string; parameters: Record<string, string> }[] = [];
  const given: string[] = [];
  let behaviour: Behaviour = {};
  let keys = [newKey()];
  let refreshes = 0;

  const give = (kind: string): string => {
    const value = `${kind}-canary-${randomUUID()}`;
    given.push(value);
    return value;
  };
  const idToken = async (client: string, nonce: string | undefined, accessToken: string) => {
    const at = Math.floor(now()) + (behaviour.ahead ?? 0);
    const honest: Claims = {
      ...{ iss: issuer, aud: client, iat: at, exp: at + 300, auth_time: at - 10 },
      ...(nonce !== undefined && { nonce }),
      at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
      ...(behaviour.person ?? { sub: 'ann', name: 'Ann', email: 'ann@example.com', groups: ['staff'] }),
    };
    const token = await signed(behaviour.claims?.(honest) ?? honest);
    given.push(token);
    return token;
  };
  const signed = async (claims: Claims, header: Claims = {}): Promise<string> => {
    if (behaviour.signing === 'none') {
      return `${encoded({ ...header, alg: 'none' })}.${encoded(claims)}.`;
    }
    if (behaviour.signing === 'HS256') {
      return new SignJWT(claims)
        .setProtectedHeader({ ...header, alg: 'HS256' })
        .sign(Buffer.from(options.secret()));
    }
    const key = behaviour.signing === 'stranger' ? { ...stranger, kid: keys[0]!.kid } : keys[0]!;
    return new SignJWT(claims)
      .setProtectedHeader({ ...behaviour.header, alg: 'RS256', kid: behaviour.keyName ?? key.kid, ...header })
      .sign(key.privateKey);
  };

  const logoutToken = async (changes: Claims = {}, header: Claims = {}): Promise<string> => {
    const at = Math.floor(now());
    const honest: Claims = {
      ...{ iss: issuer, aud: 'vestibule', iat: at, exp: at + 120, jti: randomUUID(), sub: 'ann' },
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    };
    const token = await signed(
      withoutNull({ ...honest, ...changes }),
      withoutNull({ typ: 'logout+jwt', ...header }),
    );
    given.push(token);
    return token;
  };

  const discovery = (): Claims => ({
    ...{ issuer, authorization_endpoint: `${root}/authorize`, token_endpoint: `${root}/token` },
    ...{ userinfo_endpoint: `${root}/userinfo`, jwks_uri: `${root}/jwks` },
    end_session_endpoint: `${root}/logout`,
    authorization_response_iss_parameter_supported: true,
    ...behaviour.metadata,
  });

  const authorize = (query: URLSearchParams, response: ServerResponse): void => {
    const back = new URL(query.get('redirect_uri') ?? '');
    const answer = { state: query.get('state') ?? '' };
    for (const [name, value] of Object.entries(answer)) back.searchParams.set(name, value);
    if (behaviour.iss !== null) back.searchParams.set('iss', behaviour.iss ?? issuer);
    const error = behaviour.error ?? behaviour.refuses?.(query);
    if (error === undefined) {
      const code = give('code');
      codes.set(code, startedBy(query));
      back.searchParams.set('code', code);
    } else {
      back.searchParams.set('error', error);
    }
    response.writeHead(303, { location: back.href }).end();
  };

  const tokensFor = async (client: string, nonce?: string): Promise<Record<string, unknown>> => {
    const accessToken = give('access');
    const refreshToken = give('refresh');
    refreshTokens.set(refreshToken, { state: 'current', client });
    const withIdToken = nonce !== undefined || behaviour.withoutIdTokenOnRefresh !== true;
    return {
      ...{ access_token: accessToken, token_type: 'Bearer', expires_in: 300, refresh_token: refreshToken },
      ...(withIdToken && { id_token: await idToken(client, nonce, accessToken) }),
      ...behaviour.tokens,
    };
  };
  const redeem = async (client: string, form: URLSearchParams, response: ServerResponse): Promise<void> => {
    const started = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const digest = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (started?.challenge !== digest || started.client !== client) {
      sendJson(response, 400, { error: 'invalid_grant' });
      return;
    }
    sendJson(response, 200, await tokensFor(client, started.nonce));
  };
  const refresh = async (client: string, form: URLSearchParams, response: ServerResponse): Promise<void> => {
    refreshes += 1;
    const token = form.get('refresh_token') ?? '';
    const known = refreshTokens.get(token);
    // RFC 6749 §6: it is good for the client that it was issued to.
    const state = known?.client === client ? known.state : undefined;
    if (behaviour.refreshError !== undefined) {
      sendJson(response, 400, { error: behaviour.refreshError });
      return;
    }
    // Whoever sends a spent token is a thief, or robbed: nothing is good from then on.
    if (state === 'spent') for (const each of refreshTokens.values()) each.state = 'spent';
    if (known === undefined || state !== 'current') {
      sendJson(response, 400, { error: 'invalid_grant' });
      return;
    }
    known.state = 'spent';
    sendJson(response, 200, await tokensFor(client));
  };
  const token = async (request: IncomingMessage, form: URLSearchParams, response: ServerResponse) => {
    await new Promise((resolve) => setTimeout(resolve, behaviour.slow ?? 0));
    const isProved = await options.isClient?.(form);
    const bySecret = isProved === undefined ? clientOf(request.headers.authorization, form) : undefined;
    const client = isProved === true ? 'vestibule' : bySecret;
    if (client === undefined) {
      response.setHeader('www-authenticate', 'Basic realm="idp"');
      sendJson(response, 401, { error: 'invalid_client' });
    } else if (form.get('grant_type') === 'refresh_token') await refresh(client, form, response);
    else await redeem(client, form, response);
  };
  /** The client that proves itself by its secret, in either way. */
  const clientOf = (authorization: string | undefined, form: URLSearchParams): string | undefined => {
    const known = new Map([['vestibule', options.secret()], ...(options.clients ?? [])]);
    // RFC 6749 §2.3.1: each half is form-urlencoded.
    const pair = Buffer.from(authorization?.replace(/^Basic /, '') ?? '', 'base64')
      .toString()
      .split(':');
    const [id = form.get('client_id') ?? '', secret = form.get('client_secret')] =
      authorization === undefined ? [] : pair.map(decodeURIComponent);
    return secret !== null && known.get(id) === secret ? id : undefined;
  };
  const publicKeys = async (): Promise<object> => {
    const honest = await Promise.all(
      keys.map(async ({ kid, publicKey }) => ({
        ...(await exportJWK(publicKey)),
        ...{ kid: behaviour.keyName ?? kid, alg: 'RS256', use: 'sig' },
      })),
    );
    return { keys: behaviour.keys?.(honest) ?? honest };
  };

  const documentAt = async (path: string): Promise<object | undefined> => {
    if (path === '/.well-known/openid-configuration') return discovery();
    if (path === '/jwks') return publicKeys();
    return path === '/userinfo' ? (behaviour.userinfo ?? behaviour.person ?? { sub: 'ann' }) : undefined;
  };

  /** Whether it is none of OpenID Connect, and done with. */
  const answersBesides = (path: string, asked: Asked, response: ServerResponse): boolean => {
    const answered = options.also?.(path, asked) ?? behaviour.besides?.[path]?.(asked);
    if (answered === 'hang up') response.destroy();
    else if (answered !== undefined) sendJson(response, answered.status, answered.body);
    return answered !== undefined;
  };
  const sendBack = new Map([
    ['/authorize', authorize],
    ['/logout', signsOut],
  ]);

  const server = await listen(
    port,
    async (request, response) => {
      const url = new URL(request.url ?? '/', root);
      const body = (await readBody(request)) ?? '';
      const form = new URLSearchParams(body);
      const path = url.pathname.startsWith(folder) ? url.pathname.slice(folder.length) : url.pathname;
      requests.push({
        path,
        parameters: { ...Object.fromEntries(url.searchParams), ...Object.fromEntries(form) },
      });
      if (misbehaves(behaviour, path, response) || (await isBarred(options.gate, path, request, response)))
        return;
      if (answersBesides(path, asking(url, request, body), response)) return;
      const redirecting = sendBack.get(path);
      if (redirecting !== undefined) redirecting(url.searchParams, response);
      else if (path === '/token') await token(request, form, response);
      else {
        const document = await documentAt(path);
        sendJson(response, document === undefined ? 404 : 200, document ?? {});
      }
    },
    (line) => {
      throw new Error(line);
    },
  );
  return {
    issuer,
    play: (next = {}) => {
      behaviour = next;
    },
    rotateKeys: () => {
      keys = [newKey()];
    },
    ...{ requests, given, logoutToken },
    refreshes: () => refreshes,
    stop: server.stop,
  };
}

function startedBy(query: URLSearchParams): Started {
  return {
    client: query.get('client_id') ?? '',
    nonce: query.get('nonce') ?? '',
    challenge: query.get('code_challenge') ?? '',
    scope: query.get('scope') ?? '',
  };
}

function asking(url: URL, { method = 'GET', headers }: IncomingMessage, body: string): Asked {
  return { url, method, authorization: headers.authorization, body };
}

function withoutNull(members: Claims): Claims {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

function newKey(): Key {
  return { kid: randomUUID(), ...generateKeyPairSync('rsa', { modulusLength: 2_048 }) };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
