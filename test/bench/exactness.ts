import { dynamoAssertionReplay } from '../../lambdas/adapters/dynamodb/assertion-replay.ts';
import { contend, type Contention } from '../contract/store/contention.ts';
import { getThenPutReplay } from '../contract/store/planted-replay.ts';
import { unrulyNetwork } from '../contract/store/unruly-network.ts';
import { startTables } from '../support/dynamodb.ts';
import type { Part, Row } from './report.ts';

const section = 'Exactness: 1,000 callers, one assertion';
const longestDelayMilliseconds = 50;

/** Whether one of a thousand concurrent callers wins, and whether the same question finds out a store that is wrong. */
export const exactness: Part = async (progress) => {
  const tables = await startTables();
  try {
    const network = (): ReturnType<typeof unrulyNetwork> => unrulyNetwork(tables, longestDelayMilliseconds);
    const [ours, wrong] = [network(), network()];
    progress('a thousand callers of one conditional write');
    const replay = dynamoAssertionReplay({ client: ours.client, table: tables.grants });
    const kept = await contend({ replay, network: ours });
    progress('a thousand callers of a read before a write');
    const planted = getThenPutReplay(wrong.client, tables.grants);
    const broken = await contend({ replay: planted, network: wrong });
    return [
      row('one conditional write', kept, '1 winner, ≥ 200 calls in flight', isExact(kept)),
      row('planted: read, then write', broken, 'found out', !isExact(broken)),
    ];
  } finally {
    await tables.stop();
  }
};

function isExact({ winners, mostInFlight }: Contention): boolean {
  return winners.length === 1 && mostInFlight >= 200;
}

function row(what: string, { winners, mostInFlight }: Contention, budget: string, held: boolean): Row {
  const measured = `${winners.length} winners, ${mostInFlight} calls in flight, replies up to ${longestDelayMilliseconds} ms late`;
  return { section, what, measured, budget, held };
}
