import type { VestibuleConfig } from '../../../../lib/index.ts';

/** A sound config, small enough to break in one place. */
export const soundConfig = {
  resources: [
    {
      id: 'files',
      uri: 'https://mcp.example.com/files',
      name: 'Files',
      scopes: { read: 'Read', write: 'Write' },
    },
  ],
  agents: [{ id: 'robot', owner: 'team@example.com', scopes: { files: { required: ['read'] } } }],
  clients: [{ id: 'robot-client', agent: 'robot', authentication: { method: 'client_secret_basic' } }],
} as const satisfies VestibuleConfig;
