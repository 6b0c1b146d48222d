import type { Connection, ConnectionBinding, ConnectionPlace } from '../ports/connections.ts';

/** What an audit event says of whose account it is. */
export function toldOf({ provider, holder, connection }: ConnectionBinding): {
  readonly provider: string;
  readonly connection: string;
  readonly holder: 'person' | 'group' | 'service';
  readonly personId?: string;
  readonly group?: string;
} {
  return {
    ...{ provider, connection, holder: holder.kind },
    ...(holder.kind === 'person' && { personId: holder.person }),
    ...(holder.kind === 'group' && { group: holder.group }),
  };
}

/** A connection as it was found, at the place that was asked: what it is bound to is not believed of what was read. */
export function foundAt(connection: Connection, { provider, holder }: ConnectionPlace): Connection {
  return { ...connection, provider, holder };
}
