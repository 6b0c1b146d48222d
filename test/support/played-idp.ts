import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen, readBody, sendJson } from '../../local/demo/http.ts';
import { type Gate, isBarred } from './gate.ts';
import { authorizes } from './played-idp/authorization.ts';
import type { Answered, Asked, Behaviour } from './played-idp/behaviour.ts';
import { clientBySecret } from './played-idp/client-secrets.ts';
import { type IdentityTokens, playIdentityTokens } from './played-idp/identity-tokens.ts';
import { playSignatures } from './played-idp/signatures.ts';
import { playTokens } from './played-idp/token-endpoint.ts';
import { signsOut } from './signs-out.ts';
import { misbehaves } from './unruly-answers.ts';

/** An identity provider that plays any part. It signs everybody in without a word. */
export interface PlayedIdp extends Pick<IdentityTokens, 'logoutToken'> {
  readonly issuer: string;
  /** Lays another behaviour over the honest one. */
  readonly play: (behaviour?: Behaviour) => void;
  readonly rotateKeys: () => void;
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

interface PlayOptions {
  readonly port: number;
  /** Of the client `vestibule`; a function, because the deployment that has it may start later. */
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
}

export async function playIdp(options: PlayOptions): Promise<PlayedIdp> {
  const { port, path: base = '', now = () => Date.now() / 1_000 } = options;
  const issuer = `http://localhost:${port}${base}`;
  const root = issuer.replace(/\/$/, '');
  const folder = new URL(root).pathname.replace(/\/$/, '');
  const requests: { path: string; parameters: Record<string, string> }[] = [];
  const given: string[] = [];
  let behaviour: Behaviour = {};
  const playing = (): Behaviour => behaviour;
  const remembered = (value: string): string => {
    given.push(value);
    return value;
  };

  const signatures = playSignatures(playing, options.secret);
  const unremembered = playIdentityTokens({ issuer, playing, signatures, now });
  const identity: IdentityTokens = {
    idToken: async (...about) => remembered(await unremembered.idToken(...about)),
    logoutToken: async (...about) => remembered(await unremembered.logoutToken(...about)),
  };
  const tokens = playTokens({
    ...{ playing, identity, now },
    give: (kind) => remembered(`${kind}-canary-${randomUUID()}`),
  });

  const token = async (request: IncomingMessage, form: URLSearchParams, response: ServerResponse) => {
    await new Promise((resolve) => setTimeout(resolve, behaviour.slow ?? 0));
    const client = await provenClient(options, request.headers.authorization, form);
    if (client === undefined) {
      response.setHeader('www-authenticate', 'Basic realm="idp"');
      sendJson(response, 401, { error: 'invalid_client' });
      return;
    }
    const { status, body } = await tokens.answer(client, form);
    sendJson(response, status, body);
  };

  const documentAt = async (path: string): Promise<object | undefined> => {
    if (path === '/.well-known/openid-configuration') {
      return { ...discoveryOf(issuer, root), ...behaviour.metadata };
    }
    if (path === '/jwks') return signatures.published();
    return path === '/userinfo' ? (behaviour.userinfo ?? behaviour.person ?? { sub: 'ann' }) : undefined;
  };

  /** Whether it is none of OpenID Connect, and done with. */
  const answersBesides = (path: string, asked: Asked, response: ServerResponse): boolean => {
    const answered = options.also?.(path, asked) ?? behaviour.besides?.[path]?.(asked);
    if (answered === 'hang up') response.destroy();
    else if (answered !== undefined) sendJson(response, answered.status, answered.body);
    return answered !== undefined;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
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
    if (path === '/authorize') {
      authorizes(url.searchParams, response, { issuer, behaviour, codeFor: tokens.start });
    } else if (path === '/logout') signsOut(url.searchParams, response);
    else if (path === '/token') await token(request, form, response);
    else {
      const document = await documentAt(path);
      sendJson(response, document === undefined ? 404 : 200, document ?? {});
    }
  };
  const server = await listen(port, serve, (line) => {
    throw new Error(line);
  });
  return {
    ...{ issuer, requests, given, logoutToken: identity.logoutToken },
    play: (next = {}) => {
      behaviour = next;
    },
    ...{ rotateKeys: signatures.rotate, refreshes: tokens.refreshes, stop: server.stop },
  };
}

function discoveryOf(issuer: string, root: string): object {
  return {
    ...{ issuer, authorization_endpoint: `${root}/authorize`, token_endpoint: `${root}/token` },
    ...{ userinfo_endpoint: `${root}/userinfo`, jwks_uri: `${root}/jwks` },
    end_session_endpoint: `${root}/logout`,
    authorization_response_iss_parameter_supported: true,
  };
}

async function provenClient(
  { isClient, secret, clients = [] }: PlayOptions,
  authorization: string | undefined,
  form: URLSearchParams,
): Promise<string | undefined> {
  const isProved = await isClient?.(form);
  if (isProved !== undefined) return isProved ? 'vestibule' : undefined;
  return clientBySecret(new Map([['vestibule', secret()], ...clients]), authorization, form);
}

function asking(url: URL, { method = 'GET', headers }: IncomingMessage, body: string): Asked {
  const { authorization, dpop } = headers;
  return { url, method, authorization, proof: dpop === undefined ? undefined : String(dpop), body };
}
