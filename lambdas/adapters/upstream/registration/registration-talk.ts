import type { Bootstrap } from '../../../ports/enrolments.ts';
import type { IdentityProvider } from '../../../ports/identity-providers.ts';
import type { Secret } from '../../../runtime/secret.ts';
import type { ProviderMetadata } from '../provider-documents.ts';
import type { ProviderFetch } from '../provider-fetch.ts';

/** A provider as one request to its registration API talks to it. */
export interface RegistrationTalk {
  readonly idp: IdentityProvider;
  readonly metadata: ProviderMetadata;
  /** Where clients are registered: at the host of the issuer, so that no credential goes elsewhere. */
  readonly endpoint: string;
  readonly fetch: ProviderFetch;
  readonly bootstrap: () => Promise<Bootstrap>;
}

/** What is particular to one kind of registration API. */
export interface RegistrationDialect {
  /** What goes with a registration; undefined where the credential is none for it, or is not taken. */
  readonly authorization: (talk: RegistrationTalk) => Promise<{ readonly header?: string } | undefined>;
  readonly remove: (
    talk: RegistrationTalk,
    client: { readonly id: string; readonly registration?: { readonly uri: string; readonly token: Secret } },
  ) => Promise<'removed' | 'gone' | 'refused'>;
  /** `metadata`: all of it anew, the name among it. */
  readonly rename: (
    talk: RegistrationTalk,
    client: { readonly id: string; readonly registration?: { readonly uri: string; readonly token: Secret } },
    metadata: Readonly<Record<string, unknown>>,
  ) => Promise<{ readonly outcome: 'renamed'; readonly token?: Secret } | { readonly outcome: 'refused' }>;
  readonly find: (talk: RegistrationTalk, name: string) => Promise<readonly string[] | undefined>;
}

export async function answerTo(
  { fetch }: RegistrationTalk,
  request: {
    readonly method: string;
    readonly url: string;
    readonly authorization?: string | undefined;
    readonly body?: string;
  },
): Promise<{ readonly status: number; readonly text: string }> {
  const { method, url, authorization, body } = request;
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(authorization !== undefined && { authorization }),
    },
    ...(body !== undefined && { body }),
  });
  return { status: response.status, text: await response.text() };
}

/** The members of an answer that may be anything. */
export function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The ids of those clients in a list that have exactly that name. */
export function idsNamed(
  text: string,
  name: string,
  names: { readonly id: string; readonly name: string },
): readonly string[] {
  return Object.values(membersOf(text)).flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { [names.id]: id, [names.name]: own } = entry as Readonly<Record<string, unknown>>;
    return own === name && typeof id === 'string' && id !== '' ? [id] : [];
  });
}
