import { type Page } from '../../support/html-page.ts';
import { type DocumentHost, startDocumentHost } from './document-host.ts';
import { answerTo, hosted, pageOf, requestOf, signIn } from './people.ts';
import { type ProxiedKind, type ProxiedOffice, startProxiedOffice } from './proxied-office.ts';

/** A proxied office with a host of metadata documents that its config vouches for, and one that it does not know. */
export interface CuratedOffice extends ProxiedOffice {
  readonly curated: DocumentHost;
  readonly other: DocumentHost;
  /** Has a document served at a path; resolves with its URL. */
  readonly publish: (host: DocumentHost, path: string, change?: object) => string;
  /** The page that a person is shown for a request of that client. */
  readonly shown: (clientId: string) => Promise<Page>;
  /** What the client is told of a sign-in. */
  readonly signedIn: (kind: ProxiedKind, clientId: string) => Promise<URLSearchParams>;
  /** How the clients there are called. */
  readonly names: (kind: ProxiedKind) => readonly string[];
}

export async function startCuratedOffice(
  kinds: readonly ProxiedKind[],
  options: Pick<NonNullable<Parameters<typeof startProxiedOffice>[1]>, 'quota'> & {
    /** Curated besides. */
    readonly hosts?: readonly string[];
  } = {},
): Promise<CuratedOffice> {
  const { hosts = [], ...rest } = options;
  const [curated, other] = [await startDocumentHost(), await startDocumentHost()];
  const all = [new URL(curated.origin).host, ...hosts];
  const office = await startProxiedOffice(kinds, {
    ...{ ...rest, mode: 'closed' },
    documents: { curated: all.map((host) => ({ host })) },
  });
  const request = (clientId: string, kind = kinds[0] ?? 'keycloak'): URL =>
    requestOf(office.company, { client_id: clientId, login_hint: `ann@${kind}.example` });
  return {
    ...{ ...office, curated, other },
    publish: ({ origin, served }, path, change = {}) => {
      const url = `${origin}${path}`;
      served.set(path, {
        body: { client_id: url, client_name: 'Paper', redirect_uris: [hosted], ...change },
      });
      return url;
    },
    shown: async (clientId) => {
      office.operator.letCachesExpire();
      return pageOf(await answerTo(request(clientId)));
    },
    signedIn: (kind, clientId) => signIn(request(clientId, kind)),
    names: (kind) => {
      const { clients, metadata } = office.registrations[kind];
      return [...clients.keys()].map((id) => String(metadata(id)['client_name']));
    },
    stop: async () => {
      await office.stop();
      curated.stop();
      other.stop();
    },
  };
}
