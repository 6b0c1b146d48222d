import type { Client, Resource } from '../../ports/registry.ts';

/** Whether a client without an agent may be used for it: clients that introduce themselves only where it is open to any. */
export function isOpenTo({ clients, kind }: Resource, { managedBy }: Pick<Client, 'managedBy'>): boolean {
  const introduced = managedBy.kind === 'self' || managedBy.kind === 'document';
  return !introduced || (clients ?? (kind === 'mcp-server' ? 'any' : 'declared')) === 'any';
}
