import type { Client } from '../../ports/registry.ts';
import type { ClientOrigin } from './wording.ts';

/** UI-3: the host of a metadata document is who vouches for the client. */
export function clientOrigin({ id, managedBy }: Pick<Client, 'id' | 'managedBy'>): ClientOrigin {
  if (managedBy.kind === 'document') return { kind: 'document', host: new URL(id).host };
  return { kind: managedBy.kind === 'self' ? 'self' : 'declared' };
}
