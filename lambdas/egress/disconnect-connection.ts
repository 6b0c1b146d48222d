import type { ConnectionBinding } from '../ports/connections.ts';
import { DependencyUnavailable } from '../runtime/dependency.ts';
import { madeFor } from './made-for.ts';
import type { ConnectionPorts } from './ports.ts';
import { revokeConnection } from './revoke-connection.ts';
import { byHandPage } from './summary.ts';
import { toldOf } from './told.ts';

/**
 * From now on nobody uses it; and the third party is asked at once to end it. Where that does not prove it now, it is asked again until
 * it does.
 */
export async function disconnectConnection(
  ports: ConnectionPorts,
  binding: ConnectionBinding,
  requestId: string,
): Promise<{ readonly revoked: boolean; readonly removeAt?: string }> {
  const { providers, connections, clock, audit } = ports;
  const [provider, found] = await Promise.all([providers.find(binding.provider), connections.find(binding)]);
  const page = provider && byHandPage(provider, found ?? { madeFor: madeFor(provider) });
  const removeAt = page === undefined ? {} : { removeAt: page };
  if (found?.connection !== binding.connection) return { revoked: page === undefined, ...removeAt };
  if (!(await connections.disconnect(binding, clock()))) return { revoked: page === undefined, ...removeAt };
  if (found.state !== 'disconnecting') {
    audit({ event: 'disconnect_asked', requestId, ...toldOf(binding) });
  }
  try {
    const came = await revokeConnection(ports, provider, binding, requestId);
    return { revoked: came === 'proved', ...removeAt };
  } catch (error) {
    // It is disconnected, and due: whoever asks is told what is true.
    if (error instanceof DependencyUnavailable) return { revoked: false, ...removeAt };
    throw error;
  }
}
