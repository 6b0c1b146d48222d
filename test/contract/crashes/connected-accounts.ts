import type { Connection } from '../../../lambdas/ports/connections.ts';
import type { Company } from '../../support/company.ts';
import {
  accountsAtRest,
  askConnections,
  connectDirectly,
  connectionIn,
} from '../../spec/support/connected-accounts.ts';
import { eventsSince } from '../../spec/support/people.ts';
import { callsDuring, type StruckCall } from '../../spec/support/struck-calls.ts';
import type { Cell } from './matrix.ts';

type AccountCell = Omit<Cell, 'call' | 'fault'> & { readonly fault: string };

/** Something that the connections function does with an account, and what has to have come of it, whatever struck it. */
interface AccountFlow {
  readonly name: string;
  /** What is struck. */
  readonly act: (company: Company, account: Connection) => Promise<unknown>;
  /** `from`: lines of the log that were there before. */
  readonly outcome: (company: Company, account: Connection, from: number) => Promise<string>;
  readonly right: readonly string[];
}

const flows: readonly AccountFlow[] = [
  {
    name: 'an account is renewed ahead',
    act: async (company, { dueAt }) => {
      if (dueAt === undefined) throw new Error('nothing is due');
      company.run.clock.advance(dueAt - company.run.clock.now() / 1_000);
      return askConnections(company, { ask: 'sweep' });
    },
    outcome: howItGoesOn,
    // The tracker takes no token twice: where its answer was lost, nobody has a good one.
    right: ['goes on', 'the person is told to connect it again'],
  },
  {
    name: 'an account is disconnected',
    act: (company, { connection, ...place }) =>
      askConnections(company, { ask: 'disconnect', place: placeOf(place), connection, requestId: 'request' }),
    outcome: howItEnded,
    right: ['revoked', 'not begun'],
  },
];

/** Minutes in which whoever comes next has it done. */
const minutesAfter = 6;

/** Ends the connections function at each call that it makes of AWS, and has each of its writes refused from each on. */
export async function accountCrashes(company: Company): Promise<readonly AccountCell[]> {
  const cells: AccountCell[] = [];
  for (const flow of flows) {
    for (const fault of (await callsOf(company, flow)).flatMap(faultsOf)) {
      const account = await anAccount(company);
      const from = company.log.length;
      const { faults } = company.run.cloud;
      faults.add(fault);
      await flow.act(company, account).catch(() => undefined);
      faults.clear();
      for (let minute = 0; minute < minutesAfter; minute += 1) {
        company.run.clock.advance(60);
        await askConnections(company, { ask: 'sweep' });
      }
      const outcome = await flow.outcome(company, account, from);
      cells.push({ flow: flow.name, fault, outcome, isRight: flow.right.includes(outcome) });
    }
  }
  return cells;
}

/** The second time nothing is new to any instance. */
async function callsOf(company: Company, { act }: AccountFlow): Promise<readonly StruckCall[]> {
  await act(company, await anAccount(company));
  const account = await anAccount(company);
  const calls = await callsDuring(company, ['Connections'], () => act(company, account));
  // Its lists are all alike.
  return calls.map(({ target, times }) => ({
    target,
    times: target.startsWith('dynamodb:Query') ? 1 : times,
  }));
}

function faultsOf({ target, times }: StruckCall): readonly string[] {
  const turns = Array.from({ length: times }, (_, index) => index + 1);
  const isWrite = /:(Update|Put|Delete)Item/.test(target);
  return turns.flatMap((turn) => [
    `${target}=crash@${turn}`,
    ...(isWrite ? [`${target}=down@${turn}-`] : []),
  ]);
}

const placeOf = ({ provider, holder }: Pick<Connection, 'provider' | 'holder'>) => ({ provider, holder });

async function accountOf(company: Company): Promise<Connection | undefined> {
  const [item] = await accountsAtRest(company);
  return item && connectionIn(item);
}

/** The account, connected now where it is not. */
async function anAccount(company: Company): Promise<Connection> {
  const before = await accountOf(company);
  return before?.state === 'active' ? before : connectDirectly(company);
}

async function howItGoesOn(company: Company, before: Connection, from: number): Promise<string> {
  const account = await accountOf(company);
  if (account?.connection !== before.connection) return 'it is gone';
  const { connection, version, state } = account;
  if (state === 'interaction_required') {
    const isTold = eventsSince(company, from).some(({ event }) => event === 'connection_lost');
    return isTold ? 'the person is told to connect it again' : 'it was lost in silence';
  }
  // What is kept is good at the tracker, which has seen the newest.
  const asked = { ask: 'renew', place: placeOf(account), connection, version } as const;
  const { told } = await askConnections(company, asked);
  return told === 'renewed' ? 'goes on' : `what is kept is worth nothing: ${told}`;
}

async function howItEnded(company: Company, before: Connection): Promise<string> {
  const account = await accountOf(company);
  if (account?.connection === before.connection && account.state === 'active') return 'not begun';
  if (account !== undefined) return `it is ${account.state} still`;
  const answer = await fetch(`${company.trackerUrl ?? ''}/apps`);
  const { apps_with_access: apps } = (await answer.json()) as { readonly apps_with_access: number };
  return apps === 0 ? 'revoked' : `gone, and good at the tracker ${apps} times`;
}
