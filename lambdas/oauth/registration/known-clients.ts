import type { RegistryReader } from '../../ports/registry.ts';
import type { Clock } from '../../runtime/clock.ts';
import { documentClients, type DocumentClientsOptions } from './document-clients.ts';
import type { DocumentPolicy } from './document-trust.ts';
import { isDocumentClientId } from './document-url.ts';

interface MetadataDocuments extends Omit<DocumentClientsOptions, 'policy'> {
  readonly policy: DocumentPolicy | undefined;
  readonly clock: Clock;
}

/**
 * The registry, in which a client whose id is the URL of its metadata document is known too; the registry itself where
 * there is no policy, and so no such client.
 */
export function withMetadataDocuments(
  registry: RegistryReader,
  { policy, clock, ...options }: MetadataDocuments,
): RegistryReader {
  if (policy === undefined) return registry;
  const clients = documentClients({ ...options, policy });
  return {
    resources: registry.resources,
    view: async (names) => {
      const view = await registry.view(names);
      if (names.clientId === undefined || !isDocumentClientId(names.clientId)) return view;
      const found = await clients.find(names.clientId, view.document, clock());
      return found.ok ? { ...view, client: found.value } : { ...view, clientRefusal: found.refusal };
    },
  };
}
