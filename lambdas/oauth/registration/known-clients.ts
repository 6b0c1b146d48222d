import type { Client, GrantType, RegistryReader } from '../../ports/registry.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { EnrolDocument } from '../enrolment/enrol-documents.ts';
import { documentClients, type DocumentClientsOptions } from './document-clients.ts';
import type { DocumentPolicy } from './document-trust.ts';
import { isDocumentClientId } from './document-url.ts';

interface MetadataDocuments extends Omit<DocumentClientsOptions, 'policy'> {
  readonly policy: DocumentPolicy | undefined;
  readonly clock: Clock;
  /** Makes clients of curated hosts clients of their own at identity providers; absent where nobody is about to sign in. */
  readonly enrol?: EnrolDocument;
}

/** What the config lets the clients that it names do: documents of well-known clients list what they have of everybody. */
const grantOfNamed: GrantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/**
 * The registry, in which a client whose id is the URL of its metadata document is known too; the registry itself where
 * there is no policy, and so no such client.
 */
export function withMetadataDocuments(
  registry: RegistryReader,
  { policy, clock, enrol, ...options }: MetadataDocuments,
): RegistryReader {
  if (policy === undefined) return registry;
  const clients = documentClients({ ...options, policy });
  return {
    resources: registry.resources,
    view: async (names) => {
      const view = await registry.view(names);
      if (names.clientId === undefined || !isDocumentClientId(names.clientId)) return view;
      const now = clock();
      const found = await clients.find(names.clientId, view.document, now);
      if (!found.ok) return { ...view, clientRefusal: found.refusal };
      const client = enrol ? await enrol(found.value, view.document, now) : found.value;
      return { ...view, client: options.named?.has(names.clientId) === true ? withGrant(client) : client };
    },
  };
}

function withGrant(client: Client): Client {
  const { grantTypes } = client;
  return grantTypes.includes(grantOfNamed)
    ? client
    : { ...client, grantTypes: [...grantTypes, grantOfNamed] };
}
