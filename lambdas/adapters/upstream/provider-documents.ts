import * as v from 'valibot';
import { after, type Clock, type Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { readDocumentUrl, type DocumentHosts } from './document-url.ts';
import type { ProviderFetch } from './provider-fetch.ts';

/** What an identity provider says of itself, and is used of it (OIDC Discovery §3). */
export interface ProviderMetadata {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
  readonly userinfo_endpoint?: string;
  /** Judged where people are sent there: nobody who signs in needs it. */
  readonly end_session_endpoint?: unknown;
  readonly token_endpoint_auth_methods_supported?: string[];
  readonly id_token_signing_alg_values_supported?: string[];
  readonly scopes_supported?: string[];
  /** As they stand there: judged by who registers clients. */
  readonly registration_endpoint?: unknown;
  readonly backchannel_logout_supported?: unknown;
  readonly authorization_response_iss_parameter_supported?: boolean;
  /** Entra: where Microsoft Graph is in the cloud of the tenant. */
  readonly msgraph_host?: string;
}

export type ProviderKeys = readonly Readonly<Record<string, unknown>>[];

export interface ProviderDocuments {
  readonly metadata: () => Promise<ProviderMetadata>;
  /**
   * The keys by which the provider signs. Those at hand are fetched anew when `enough` says so: only an id_token that the
   * provider itself has just given can ask for that, so no stranger holds up anybody.
   */
  readonly keys: (enough: (keys: ProviderKeys) => boolean) => Promise<ProviderKeys>;
}

/** Seconds for which a document is used: a key that a provider withdraws is gone after that. */
const maximumAge = 600;

/** The documents of one identity provider, each fetched once for all who wait. A failure is remembered by nobody. */
export function providerDocuments(options: {
  readonly idp: string;
  readonly issuer: string;
  /** What its metadata has to name. */
  readonly named: string;
  readonly hosts: DocumentHosts;
  readonly fetch: ProviderFetch;
  readonly clock: Clock;
}): ProviderDocuments {
  const { idp, issuer, named, hosts, fetch, clock } = options;
  const unusable = (why: string): DependencyUnavailable =>
    new DependencyUnavailable(`identity provider ${idp}`, { cause: new Error(why), retryAfterSeconds: 5 });

  const get = async (url: string): Promise<unknown> => {
    const response = await fetch(url, { method: 'GET', headers: { accept: 'application/json' } });
    if (response.status !== 200) throw unusable(`${url} answers ${response.status}`);
    const body = await response.text();
    try {
      return JSON.parse(body) as unknown;
    } catch {
      throw unusable(`${url} is not JSON`);
    }
  };
  const metadata = kept(clock, async () => {
    const read = v.safeParse(metadataOf(hosts), await get(discoveryUrl(issuer)));
    if (!read.success) throw unusable(`its metadata: ${v.getDotPath(read.issues[0]) ?? 'it'} is not usable`);
    // OIDC Discovery §4.3: exactly what it was asked as, or it speaks for somebody else.
    if (read.output.issuer !== named) throw unusable('its metadata names another issuer');
    return read.output;
  });
  const keys = kept(clock, async () => {
    const read = v.safeParse(keySet, await get((await metadata(fine)).jwks_uri));
    if (!read.success) throw unusable('its keys are not usable');
    return read.output.keys;
  });
  return { metadata: () => metadata(fine), keys };
}

const fine = (): boolean => true;

/** OIDC Discovery §4.1: a slash at the end of the issuer is left out before the path of the document. */
function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

function metadataOf(hosts: DocumentHosts) {
  const endpoint = v.pipe(
    v.string(),
    v.check((text) => readDocumentUrl(text, hosts).ok),
  );
  const texts = v.exactOptional(v.array(v.string()));
  return v.object({
    issuer: v.string(),
    authorization_endpoint: endpoint,
    token_endpoint: endpoint,
    jwks_uri: endpoint,
    userinfo_endpoint: v.exactOptional(endpoint),
    end_session_endpoint: v.exactOptional(v.unknown()),
    token_endpoint_auth_methods_supported: texts,
    id_token_signing_alg_values_supported: texts,
    scopes_supported: texts,
    registration_endpoint: v.exactOptional(v.unknown()),
    backchannel_logout_supported: v.exactOptional(v.unknown()),
    authorization_response_iss_parameter_supported: v.exactOptional(v.boolean()),
    msgraph_host: v.exactOptional(v.pipe(v.string(), v.regex(/^[a-z0-9.-]+(?::\d{1,5})?$/))),
  });
}

const keySet = v.object({ keys: v.array(v.record(v.string(), v.unknown())) });

interface Held<Value> {
  readonly value: Promise<Value>;
  readonly asOf: Instant;
}

function kept<Value>(
  clock: Clock,
  load: () => Promise<Value>,
): (enough: (value: Value) => boolean) => Promise<Value> {
  let held: Held<Value> | undefined;

  const start = (): Promise<Value> => {
    const mine: Held<Value> = { value: load(), asOf: clock() };
    held = mine;
    mine.value.catch(() => {
      if (held === mine) held = undefined;
    });
    return mine.value;
  };

  return async (enough) => {
    const before = held;
    if (before === undefined || clock() >= after(before.asOf, maximumAge) || clock() < before.asOf)
      return start();
    const value = await before.value;
    if (enough(value)) return value;
    // Whoever else found the same lacking has sent for it already.
    return held === undefined || held === before ? start() : held.value;
  };
}
