import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose';

/** The part of `fetch` that is used, so that a server can bring its own proxy or agent. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A key set as published at one moment. */
export interface PublishedKeys {
  readonly kids: ReadonlySet<string>;
  readonly resolve: LocalJWKSet;
  /** Seconds for which it may still be cached by what the publisher says; absent where it says nothing. */
  readonly maxAgeSeconds?: number;
}

const timeoutMilliseconds = 5_000;

/** Reads a JWK Set once. Undefined for anything but a well-formed set: redirects, errors, time-outs, other JSON. */
export async function fetchKeySet(uri: string, fetch: Fetch): Promise<PublishedKeys | undefined> {
  try {
    const response = await fetch(uri, {
      headers: { accept: 'application/json, application/jwk-set+json' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return undefined;
    }
    const document = (await response.json()) as JSONWebKeySet;
    return { ...published(document), ...maxAge(response.headers) };
  } catch {
    return undefined;
  }
}

/** Throws what jose throws when the document is not a JWK Set. */
function published(document: JSONWebKeySet): Pick<PublishedKeys, 'kids' | 'resolve'> {
  const resolve = createLocalJWKSet(document);
  return { resolve, kids: new Set(document.keys.flatMap((key) => key.kid ?? [])) };
}

function maxAge(headers: Headers): Pick<PublishedKeys, 'maxAgeSeconds'> {
  const cacheControl = headers.get('cache-control') ?? '';
  if (/\bno-(?:store|cache)\b/i.test(cacheControl)) return { maxAgeSeconds: 0 };
  const [, seconds] = /\bmax-age=(\d{1,9})/i.exec(cacheControl) ?? [];
  // A cache in between has had it for a while already, of which a withdrawn key must not make a second lifetime.
  const [age] = /^\d{1,9}$/.exec(headers.get('age') ?? '') ?? ['0'];
  return seconds === undefined ? {} : { maxAgeSeconds: Math.max(Number(seconds) - Number(age), 0) };
}
