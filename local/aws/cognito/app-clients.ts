import { randomBytes } from 'node:crypto';
import type { StateFile } from '../state-file.ts';
import { AwsError } from '../service.ts';

/** An app client, in the words of UserPoolClientType. */
export interface AppClient {
  readonly ClientId: string;
  readonly ClientName: string;
  readonly ClientSecret?: string;
  readonly CreationDate: number;
  readonly LastModifiedDate: number;
  /** Whether managed login has pages for it. */
  readonly hasStyle?: boolean;
  readonly [setting: string]: unknown;
}

export interface PoolSettings {
  /** The names of those that people may sign in with, besides the pool itself. Default: none. */
  readonly identityProviders?: readonly string[];
  /** How many app clients the account may have in it. Default: 1,000, as quotas.html has it. */
  readonly mostClients?: number;
}

interface UserPool extends Required<PoolSettings> {
  /** In the order in which they were made. */
  clients: AppClient[];
}

/** By their ids. */
export type UserPoolsState = Record<string, UserPool>;

export interface AppClients {
  /** Makes an empty pool; one that is there stays as it is. */
  readonly addPool: (id: string, settings?: PoolSettings) => void;
  /** Those of one pool besides itself; throws where there is none. */
  readonly providersOf: (pool: string) => readonly string[];
  /** Of one pool; throws where there is none. */
  readonly all: (pool: string) => readonly AppClient[];
  readonly add: (
    pool: string,
    settings: Readonly<Record<string, unknown>>,
    hasSecret: boolean,
  ) => Promise<AppClient>;
  /** Gives it a branding style, which it has none of. */
  readonly style: (pool: string, id: string) => Promise<void>;
  readonly remove: (pool: string, id: string) => Promise<void>;
}

export function createAppClients(file: StateFile<UserPoolsState>, now: () => number): AppClients {
  const { state, commit } = file;
  const poolOf = (id: string): UserPool => {
    const pool = state[id];
    if (pool === undefined)
      throw new AwsError('ResourceNotFoundException', `User pool ${id} does not exist.`);
    return pool;
  };
  return {
    addPool: (id, { identityProviders = [], mostClients = 1_000 } = {}) => {
      state[id] ??= { identityProviders, mostClients, clients: [] };
    },
    providersOf: (pool) => poolOf(pool).identityProviders,
    all: (pool) => poolOf(pool).clients,
    add: async (id, settings, hasSecret) => {
      const pool = poolOf(id);
      if (pool.clients.length >= pool.mostClients) {
        throw new AwsError('LimitExceededException', `User pool ${id} has too many user pool clients.`);
      }
      const made = {
        ...settings,
        UserPoolId: id,
        ClientId: letters(26),
        ClientName: String(settings['ClientName']),
        ...(hasSecret && { ClientSecret: letters(51) }),
        ...{ CreationDate: now(), LastModifiedDate: now() },
      };
      pool.clients.push(made);
      await commit();
      return made;
    },
    style: async (id, client) => {
      const pool = poolOf(id);
      const found = pool.clients.find(({ ClientId }) => ClientId === client);
      if (found === undefined) throw noClient(client);
      if (found.hasStyle) {
        const problem = `Managed login branding already exists for user pool client ${client}.`;
        throw new AwsError('ManagedLoginBrandingExistsException', problem);
      }
      pool.clients = pool.clients.map((each) => (each === found ? { ...found, hasStyle: true } : each));
      await commit();
    },
    remove: async (id, client) => {
      const pool = poolOf(id);
      const left = pool.clients.filter(({ ClientId }) => ClientId !== client);
      if (left.length === pool.clients.length) {
        throw noClient(client);
      }
      pool.clients = left;
      await commit();
    },
  };
}

function noClient(id: string): AwsError {
  return new AwsError('ResourceNotFoundException', `User pool client ${id} does not exist.`);
}

/** Lower-case letters and digits, as ids and secrets of app clients are. */
function letters(length: number): string {
  const alphabet = '0123456789abcdefghijklmnopqrstuv';
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('');
}
