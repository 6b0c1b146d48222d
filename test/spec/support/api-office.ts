import type { ClientConfig, VestibuleConfig } from '../../../lib/index.ts';
import { type PlayedExchanges, playExchanges, standardJudge } from '../../support/played-exchanges.ts';
import { type Answer, basic } from './driver.ts';
import { peoplesClients } from './people.ts';
import { type PlayedOffice, startPlayedOffice } from './played-office.ts';

type Form = Readonly<Record<string, string | undefined>>;

export const filesUri = 'https://files.example.com';

const machine = { authentication: { method: 'client_secret_basic' } } as const;
const [desk] = peoplesClients;

const clients: readonly ClientConfig[] = [
  { ...machine, id: 'other-server', resource: 'other' },
  { ...machine, id: 'bound-server', resource: 'demo', dpopBoundAccessTokens: true },
  { ...desk!, id: 'day-desk', name: 'Desk of the day', grants: ['authorization_code'] },
];

/** An office whose MCP server calls an API behind the identity provider of its people; `staff` may write there. */
export interface ApiOffice extends PlayedOffice {
  readonly exchanges: PlayedExchanges;
  /** What alice gave the MCP server, by the client that she uses. */
  readonly subject: (changes?: Form) => Promise<string>;
  /** The MCP server asks for a token of the API with it; `more` is laid over, `undefined` leaves a parameter out. */
  readonly ask: (subject: string, more?: Form, server?: string, path?: string) => Promise<Answer>;
}

export async function startApiOffice({ withoutRoles = false } = {}): Promise<ApiOffice> {
  const exchanges = playExchanges(standardJudge('files'));
  const office = await startPlayedOffice({
    also: exchanges.also,
    change: (config) => {
      const { roles, ...rest } = withFiles(config);
      return { ...rest, ...(!withoutRoles && roles && { roles }) };
    },
  });
  const { company, client } = office;
  return {
    ...{ ...office, exchanges },
    subject: async (changes = {}) => {
      const id = { client_id: changes['client_id'] ?? 'desk' };
      const { status, text, body } = await office.redeem(await office.code(present(changes)), id);
      if (status !== 200) throw new Error(text);
      return String(body['access_token']);
    },
    ask: async (subject, more = {}, server = 'demo-server', path = '/token') =>
      client.send(path, {
        method: 'POST',
        headers: basic(server, await company.secretOf(server)),
        body: new URLSearchParams(
          present({
            ...{ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: subject },
            ...{ subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', resource: filesUri },
            ...more,
          }),
        ),
      }),
  };
}

function present(form: Form): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function withFiles(config: VestibuleConfig): VestibuleConfig {
  const read = { read: ['tools:read'], write: ['tools:write'] };
  return {
    ...config,
    resources: [
      ...config.resources.map((resource) =>
        resource.id === 'demo'
          ? { ...resource, onBehalfOf: { files: { scopes: read, subjects: ['person', 'agent'] as const } } }
          : resource,
      ),
      {
        ...{ id: 'other', uri: 'https://other.example.com', name: 'Other', scopes: { look: 'Look' } },
        onBehalfOf: { demo: { scopes: { 'tools:read': ['look'] } } },
      },
    ],
    clients: [...config.clients, ...clients],
    downstreamApis: [
      {
        ...{ id: 'files', uri: filesUri, idp: 'demo', scopes: { read: 'files.read', write: 'files.write' } },
        strategy: { kind: 'rfc8693', audience: 'files' },
      },
    ],
    roles: [
      {
        ...{ id: 'everyone', groups: 'everyone' },
        scopes: { demo: ['tools:read', 'tools:write'], other: ['look'], files: ['read'] },
      },
      { id: 'staff', groups: { demo: ['staff'] }, scopes: { files: ['write'] } },
    ],
  };
}
