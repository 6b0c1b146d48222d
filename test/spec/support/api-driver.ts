import type { DownstreamAnswer } from '../../../lambdas/ports/downstream.ts';
import type {
  AgentId,
  GrantId,
  PersonId,
  ResourceUri,
  ScopeName,
} from '../../../lambdas/runtime/identifiers.ts';
import type { DownstreamApiConfig } from '../../../lib/index.ts';
import {
  type PlayedExchanges,
  playExchanges,
  machineJudge,
  standardJudge,
} from '../../support/played-exchanges.ts';
import { type DownstreamDriver, driveDownstream, random } from './downstream-driver.ts';

/** A grant of somebody who signed in for work while they are away. */
export interface KeptGrant {
  readonly grant: string;
  readonly person: string;
}

export interface AskedApi {
  readonly api?: string;
  readonly actor?: string;
  readonly scopes?: readonly string[];
}

export interface AskedOfMachine {
  readonly api?: string;
  readonly agent?: string;
  readonly scopes?: readonly string[];
  readonly ahead?: boolean;
}

/** The downstream function, with APIs behind the first of its identity providers. */
export interface ApiDriver extends DownstreamDriver {
  readonly exchanges: PlayedExchanges;
  /** Somebody signs in at the first provider. */
  readonly aGrant: () => Promise<KeptGrant>;
  /** Asks for a token of an API as the token function does. */
  readonly exchange: (kept: KeptGrant, asked?: AskedApi) => Promise<DownstreamAnswer>;
  /** Asks for a token of an API for an agent as itself. */
  readonly mint: (asked?: AskedOfMachine) => Promise<DownstreamAnswer>;
  /** How many exchanges, and how many refreshes, the provider is asked for meanwhile. */
  readonly asking: (work: () => Promise<unknown>) => Promise<readonly [exchanges: number, refreshes: number]>;
  readonly later: (seconds: number) => void;
  /** Ends all faults, and what is played. */
  readonly mend: () => void;
}

/** The token of an answer that holds one. */
export function tokenIn(answer: DownstreamAnswer): string {
  if (answer.told !== 'exchanged') throw new Error(JSON.stringify(answer));
  return answer.token.accessToken;
}

/** The same of one that an agent gets as itself. */
export function mintedIn(answer: DownstreamAnswer): string {
  if (answer.told !== 'minted') throw new Error(JSON.stringify(answer));
  return answer.token.accessToken;
}

const apis: readonly DownstreamApiConfig[] = [
  {
    ...{ id: 'files', uri: 'https://files.example.com', idp: 'first' },
    strategy: { kind: 'rfc8693', audience: 'files' },
    ...{
      scopes: { read: 'files.read', write: 'files.write' },
      agents: { planner: ['read', 'write'] },
    },
  },
  {
    ...{ id: 'mail', uri: 'https://mail.example.com', idp: 'first', scopes: ['read'] },
    strategy: { kind: 'rfc8693', audience: 'files' },
  },
  {
    ...{ id: 'theirs', uri: 'https://theirs.example.com', idp: 'second', scopes: ['read'] },
    strategy: { kind: 'rfc8693', audience: 'theirs' },
  },
];

export async function driveApis(): Promise<ApiDriver> {
  const [ofPeople, ofMachines] = [standardJudge('files'), machineJudge('files')];
  const exchanges = playExchanges((asked, given) =>
    (asked.form['grant_type'] === 'client_credentials' ? ofMachines : ofPeople)(asked, given),
  );
  const driver = await driveDownstream(undefined, {
    change: (config) => ({ ...config, downstreamApis: apis }),
    also: exchanges.also,
  });
  return {
    ...{ ...driver, exchanges },
    aGrant: async () => {
      const grant = random();
      const told = await driver.signIn('first', { keepFor: grant });
      if (told.told !== 'signed_in') throw new Error(`nobody signed in: ${told.told}`);
      return { grant, person: told.signedIn.person.id };
    },
    asking: async (work) => {
      const before = [exchanges.requests.length, driver.first.refreshes()] as const;
      await work();
      return [exchanges.requests.length - before[0], driver.first.refreshes() - before[1]];
    },
    later: (seconds) => {
      driver.deployment.run.clock.advance(seconds);
    },
    mend: () => {
      driver.first.play();
      exchanges.play();
      driver.deployment.run.cloud.faults.clear();
    },
    mint: ({ api = 'files', agent = 'planner', scopes = ['read'], ahead } = {}) =>
      driver.ask({
        ask: 'machine_token',
        request: {
          api: `https://${api}.example.com` as ResourceUri,
          ...{ agent: agent as AgentId, scopes: scopes as ScopeName[] },
          ...(ahead !== undefined && { ahead }),
        },
      }),
    exchange: ({ grant, person }, { api = 'files', actor = 'helper', scopes = ['read'] } = {}) =>
      driver.ask({
        ask: 'exchange',
        request: {
          api: `https://${api}.example.com` as ResourceUri,
          ...{ actor, grant: grant as GrantId, person: person as PersonId },
          scopes: scopes as ScopeName[],
        },
      }),
  };
}
