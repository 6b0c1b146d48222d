import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FromServer, SubjectSettings, ToServer } from './message.ts';

/** One server in a process of its own, that the bench talks to. */
function tell(message: FromServer): void {
  process.send?.(message);
}

async function listenerOf(settings: SubjectSettings): Promise<RequestListener> {
  switch (settings.subject) {
    case 'vestibule':
      return (await import('./token-handler.ts')).tokenHandler(settings);
    case 'oidc-provider':
      return (await import('./oidc-provider.ts')).oidcProvider(settings);
    case 'oauth2-server':
      return (await import('./oauth2-server.ts')).oauth2Server(settings);
    case 'floor':
    case 'lowest floor':
      return (await import('./floor.ts')).floor(settings);
  }
}

async function start(settings: SubjectSettings): Promise<void> {
  const server = createServer(await listenerOf(settings));
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1', () => {
    tell({ kind: 'listening', port: (server.address() as AddressInfo).port });
  });
}

process.on('message', (message: ToServer) => {
  if (message.kind === 'start') void start(message.settings);
  else {
    const { user, system } = process.cpuUsage();
    tell({ kind: 'usage', microseconds: user + system });
  }
});
process.once('disconnect', () => process.exit());
