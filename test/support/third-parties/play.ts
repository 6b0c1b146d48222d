import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { EgressProvider } from '../../../lambdas/ports/egress-providers.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type { EgressProviderId, ResourceUri } from '../../../lambdas/runtime/identifiers.ts';
import { listen, readBody } from '../../../local/demo/http.ts';
import type { Accounts, Asked, Given, Kind, Reply } from './kind.ts';

/** It is asked too much, and says when to come again. */
interface Busy {
  readonly status?: number;
  readonly retryAfter: string;
}

/** What goes wrong at an endpoint. `hang up`: it deals with the request, and nobody hears what came of it. */
export type Mishap = 'hang up' | 'down' | 'busy' | 'refuse' | Busy;

/** What is answered for it, without a look at the request. */
const statuses = { down: 503, busy: 429, refuse: 401 } as const;

export interface ThirdParty {
  readonly origin: string;
  readonly provider: EgressProvider;
  readonly secret: string;
  /** How often an endpoint was asked. */
  readonly asked: (path: string) => number;
  /** How often the token endpoint was asked for one token in exchange for another. */
  readonly refreshes: () => number;
  /** Every code and token that it has given away. */
  readonly canaries: readonly string[];
  /** What goes wrong at a path, so many times; or no more. */
  readonly mishap: (path: string, mishap: Mishap | undefined, times?: number) => void;
  /** So many milliseconds a path takes to deal with what it is asked next. */
  readonly slow: (path: string, milliseconds: number) => void;
  /** Seconds that have passed for it. */
  readonly pass: (seconds: number) => void;
  /** The person takes back what they granted, at the third party itself. */
  readonly takeBack: () => void;
  /** Whether an access token is good there. */
  readonly isGood: (access: string) => boolean;
  readonly stop: () => Promise<void>;
}

interface Grant {
  readonly scopes: readonly string[];
  readonly access: Set<string>;
  /** The refresh tokens that were used, and when; the one that is not. */
  readonly used: Map<string, number>;
  current: string | undefined;
  isOver: boolean;
}

interface Started {
  readonly challenge: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
}

/** Plays a third party over HTTP. Whoever comes to its authorization endpoint is asked nothing, and says yes. */
export async function playThirdParty(kind: Kind): Promise<ThirdParty> {
  const counts = new Map<string, number>();
  const canaries: string[] = [];
  const mishaps = new Map<string, { readonly mishap: Mishap; left: number }>();
  const slowness = new Map<string, number>();
  const started = new Map<string, Started>();
  const grants: Grant[] = [];
  let passed = 0;
  let refreshes = 0;

  const canary = (what: string): string => {
    const token = `${what}-canary-${randomUUID()}`;
    canaries.push(token);
    return token;
  };
  const give = (grant: Grant, scopes = grant.scopes): Given => {
    const access = canary('access');
    grant.access.add(access);
    if (kind.refresh !== 'none' && (kind.refresh !== 'stable' || grant.current === undefined)) {
      if (grant.current !== undefined) grant.used.set(grant.current, passed);
      grant.current = canary('refresh');
    }
    return { access, refresh: grant.current, scopes };
  };
  const grantFor = (scopes: readonly string[]): Grant => {
    const grant = {
      scopes,
      access: new Set<string>(),
      used: new Map<string, number>(),
      current: undefined,
      isOver: false,
    };
    grants.push(grant);
    return grant;
  };
  const grantOf = (token: string): Grant | undefined =>
    grants.find(({ access, used, current }) => access.has(token) || used.has(token) || current === token);

  const accounts: Accounts = {
    revoke: (token) => {
      const grant = grantOf(token);
      if (grant === undefined || grant.isOver) return false;
      grant.isOver = true;
      return true;
    },
    scopesOf: (access) => {
      const grant = grants.find((each) => each.access.has(access));
      return grant === undefined || grant.isOver ? undefined : grant.scopes;
    },
    mint: (scopes) => ({ ...give(grantFor(scopes)), refresh: undefined }),
  };

  const redeem = ({ parameters }: Asked): Reply => {
    const { code = '', redirect_uri: redirectUri, code_verifier: verifier = '' } = parameters;
    const known = started.get(code);
    started.delete(code);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (known?.challenge !== challenge || known.redirectUri !== redirectUri) return kind.refused.code;
    return kind.given(give(grantFor(known.scopes)), 'code');
  };
  const refresh = ({ parameters }: Asked): Reply => {
    refreshes += 1;
    const { refresh_token: token = '', scope } = parameters;
    const grant = grantOf(token);
    if (grant === undefined || grant.isOver || grant.access.has(token)) return kind.refused.refresh;
    const usedAt = grant.used.get(token);
    const grace = typeof kind.refresh === 'object' ? kind.refresh.graceSeconds : 0;
    if (usedAt !== undefined && passed - usedAt >= grace) return kind.refused.refresh;
    const fewer = kind.narrows === true && scope !== undefined ? scope.split(' ') : undefined;
    if (fewer?.some((each) => !grant.scopes.includes(each))) {
      return { status: 400, body: { error: 'invalid_scope' } };
    }
    return kind.given(give(grant, fewer), 'refresh');
  };
  const token = (asked: Asked): Reply => {
    if (!kind.takes(asked)) return kind.refused.client;
    const { grant_type: grantType, scope = '' } = asked.parameters;
    // Slack and GitHub take a code without a word: https://docs.slack.dev/reference/methods/oauth.v2.access
    if (grantType === 'refresh_token') return refresh(asked);
    if (grantType === 'client_credentials') {
      return kind.given(accounts.mint(scope.split(' ')), 'client');
    }
    return redeem(asked);
  };
  const authorize = ({ parameters }: Asked, response: ServerResponse): void => {
    const { redirect_uri: redirectUri = '', state = '', code_challenge: challenge = '' } = parameters;
    const { parameter, separator } = kind.scope ?? { parameter: 'scope', separator: ' ' };
    const scopes = (parameters[parameter] ?? '').split(separator).filter((name) => name !== '');
    const code = canary('code');
    started.set(code, { challenge, redirectUri, scopes });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', state);
    response.writeHead(302, { location: back.href }).end();
  };

  /** What goes wrong now, if anything does. */
  const mishapAt = (path: string): Mishap | undefined => {
    const found = mishaps.get(path);
    if (found === undefined || found.left === 0) return undefined;
    found.left -= 1;
    return found.mishap;
  };
  const takeSlowness = (path: string): number => {
    const milliseconds = slowness.get(path) ?? 0;
    slowness.delete(path);
    return milliseconds;
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await askedIn(request);
    const { path } = asked;
    counts.set(path, (counts.get(path) ?? 0) + 1);
    const mishap = mishapAt(path);
    await pause(takeSlowness(path));
    if (typeof mishap === 'object') {
      response.setHeader('retry-after', mishap.retryAfter);
      answer(response, { status: mishap.status ?? 429, body: {} });
      return;
    }
    if (mishap !== undefined && mishap !== 'hang up') {
      answer(response, { status: statuses[mishap], body: {} });
      return;
    }
    if (path === kind.paths.authorize) {
      authorize(asked, response);
      return;
    }
    const reply = path === kind.paths.token ? token(asked) : await kind.besides(asked, accounts);
    if (mishap === 'hang up') response.destroy();
    else answer(response, reply);
  };
  const server = await listen(0, serve, () => undefined);
  const origin = `http://127.0.0.1:${server.port}`;
  return {
    ...{ origin, secret: kind.secret, canaries },
    provider: {
      ...{ id: kind.id as EgressProviderId, uri: `https://ours.example/egress/${kind.id}` as ResourceUri },
      ...{
        name: kind.id,
        state: 'active',
        managedBy: { kind: 'deployment', deployment: 'Vestibule' },
        agents: [],
        groups: [],
      },
      ...{ createdAt: instant(1_800_000_000), updatedAt: instant(1_800_000_000) },
      ...kind.declared(origin),
    },
    asked: (path) => counts.get(path) ?? 0,
    refreshes: () => refreshes,
    mishap: (path, mishap, times = 1) => {
      if (mishap === undefined) mishaps.delete(path);
      else mishaps.set(path, { mishap, left: times });
    },
    slow: (path, milliseconds) => {
      slowness.set(path, milliseconds);
    },
    pass: (seconds) => {
      passed += seconds;
    },
    takeBack: () => {
      for (const grant of grants) grant.isOver = true;
    },
    isGood: (access) => accounts.scopesOf(access) !== undefined,
    stop: server.stop,
  };
}

function answer(response: ServerResponse, { status, body }: Reply): void {
  const [type, text] =
    typeof body === 'string'
      ? ['application/x-www-form-urlencoded; charset=utf-8', body]
      : ['application/json; charset=utf-8', JSON.stringify(body)];
  response.writeHead(status, { 'content-type': type });
  response.end(status === 204 ? undefined : text);
}

async function askedIn(request: IncomingMessage): Promise<Asked> {
  const url = new URL(request.url ?? '/', 'http://third.example');
  const text = (await readBody(request)) ?? '';
  const { 'content-type': contentType = '' } = request.headers;
  const body =
    contentType.startsWith('application/json') && text !== ''
      ? (JSON.parse(text) as Record<string, unknown>)
      : Object.fromEntries(new URLSearchParams(text));
  const texts = Object.entries(body).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return {
    ...{ method: request.method ?? 'GET', path: url.pathname, contentType, body },
    headers: request.headers as Asked['headers'],
    parameters: { ...Object.fromEntries(url.searchParams), ...Object.fromEntries(texts) },
  };
}
