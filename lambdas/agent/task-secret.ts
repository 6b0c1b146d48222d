import { isPrivateUrl } from '../token-client/addresses.ts';
import { type IssuedToken, tokenIn } from '../token-client/token-answer.ts';
import { tokenCache } from '../token-client/token-cache.ts';
import { AgentError, TokenRefused } from './errors.ts';
import { type AccessToken, accessToken, type Own, present, resourceOf } from './present.ts';
import { repeatable } from './requests.ts';
import { type Fetch, unlessAborted, wireOf, type WireOptions } from './wire.ts';

export interface TaskSecretOptions extends WireOptions {
  /** The current text of a secret of AWS, as GetSecretValue answers it; asked again before its token ends. */
  readonly read: (secretArn: string) => Promise<string>;
  /** For how long a request waits, in all, where a server asks for patience (`Retry-After`). Default: 10. */
  readonly patienceSeconds?: number;
}

/** The token of a task whose refresher keeps it in a secret of AWS. */
export interface TaskSecret {
  /** `fetch` with the current token, where it goes to the resource of the task. Redirects are not followed. */
  readonly fetch: Fetch;
  readonly token: (options?: { readonly signal?: AbortSignal }) => Promise<AccessToken>;
}

/** Reads the token of a task out of the secret that it is delivered into. No handle is needed, and no client. */
export function taskSecret(secretArn: string, options: TaskSecretOptions): TaskSecret {
  const { patienceSeconds = 10 } = options;
  const wire = wireOf(options);
  const cache = tokenCache<Delivered>(wire.now);
  const current = (signal?: AbortSignal | null): Promise<Delivered> =>
    unlessAborted(
      cache.get([secretArn], async () => readDelivered(await options.read(secretArn), secretArn, wire.now())),
      signal,
    );
  const own: Own = {
    wishFor: (resource) => ({ issuer: secretArn, resource, scope: undefined }),
    get: ({ scope }, signal) => {
      if (scope === undefined) return current(signal);
      throw new TokenRefused(secretArn, 'invalid_scope', 'a task never gets more than it was opened with');
    },
    drop: async (_, refused) => {
      const held = await current();
      if (held === refused) await cache.drop([secretArn], held);
    },
    want: () => undefined,
  };
  return {
    fetch: async (input, init) => {
      const request = await repeatable(input, init);
      const { resource } = await current(request.signal);
      return resourceOf([resource].filter(isPrivateUrl), request.url) === undefined
        ? request.withoutToken(wire.fetch)
        : present({ wire, patienceSeconds, dpop: undefined }, own, request, resource);
    },
    token: async ({ signal } = {}) => accessToken(await current(signal)),
  };
}

interface Delivered extends IssuedToken {
  readonly resource: string;
}

/** What it holds is never repeated. */
function readDelivered(text: string, secretArn: string, now: number): Delivered {
  const { expires_at: end, resource, ...said } = parsed(text);
  const answer = tokenIn(said, { wanted: 'Bearer', asked: now });
  if (answer.kind !== 'issued' || typeof end !== 'number' || typeof resource !== 'string') {
    throw new AgentError(`${secretArn} holds no token of a task`);
  }
  if (end <= now) {
    throw new AgentError(`the token in ${secretArn} has expired: its task is over, or could not be renewed`);
  }
  return { ...answer.token, expiresAt: end, resource };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
