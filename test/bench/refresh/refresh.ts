import type { Part, Row } from '../report.ts';
import { formatCalls } from '../calls/counted.ts';
import { personBudget, refreshBudget } from './budget.ts';
import { type Refreshed, refreshOnce } from './measure.ts';
import { callsOf, callsOfRefresh } from './per-refresh.ts';
import { type OfPerson, refreshOfPerson } from './person.ts';

const sizes = [1_000, 10_000, 100_000];

const section = 'Refreshing tasks: real leases, real sweep and workers';

/** What it takes to renew a task, however many there are, and what a sweep takes by itself. */
export const refresh: Part = async (progress) => {
  const measured: Refreshed[] = [];
  for (const size of sizes) measured.push(await refreshOnce(size, progress));
  progress("a person's task is refreshed, in a deployment");
  const ofPerson = personRow(await refreshOfPerson());
  return [...idleRow(measured[0]), ...measured.flatMap(sizeRows), spreadRow(measured), ofPerson];
};

function idleRow(first: Refreshed | undefined): readonly Row[] {
  if (first === undefined) return [];
  return [{ section, what: 'a sweep that finds nothing due', measured: formatCalls(first.idle.calls) }];
}

function sizeRows(refreshed: Refreshed): readonly Row[] {
  const { leases, looked, seconds, cpuSeconds, working } = refreshed;
  const { renewed, twice, latestPart } = looked;
  const what = `${leases.toLocaleString('en-US')} leases`;
  const each = (total: number): string => (total / leases).toFixed(3);
  const detail = [...callsOfRefresh(refreshed)].map(
    ([action, count]) => `${count.toFixed(3)} ${action.slice(action.indexOf(':') + 1)}`,
  );
  return [
    {
      section,
      what: `${what}, calls of one refresh`,
      measured: `${callsOf(refreshed).toFixed(3)}, ${each(working.writeUnits)} write units`,
      detail: detail.join(' + '),
      budget: `≤ ${refreshBudget.calls}, ${refreshBudget.writeUnits} write units`,
      held:
        callsOf(refreshed) <= refreshBudget.calls && working.writeUnits <= refreshBudget.writeUnits * leases,
    },
    {
      section,
      what: `${what}, refreshed`,
      measured: `${renewed} once, ${twice} twice, at ${(latestPart * 100).toFixed(0)} % of a token's life or before`,
      detail: `in ${seconds.toFixed(0)} s, ${((cpuSeconds / leases) * 1_000).toFixed(1)} ms of CPU each`,
      budget: 'each once, before 80 %',
      held: renewed === leases && twice === 0 && latestPart <= 0.8,
    },
  ];
}

/** The marginal calls are the same whatever the number of leases, or refreshing does not scale. */
function spreadRow(measured: readonly Refreshed[]): Row {
  const calls = measured.map(callsOf);
  const [least, most] = [Math.min(...calls), Math.max(...calls)];
  return {
    section,
    what: 'calls of one refresh, most beside least',
    measured: `${((most / least - 1) * 100).toFixed(1)} % more`,
    budget: '≤ 10 % more',
    held: most <= least * 1.1,
  };
}

/** Counted once, of one: nothing is shared with others. */
function personRow({ calls, questions }: OfPerson): Row {
  const count = (names: RegExp): number =>
    calls.reduce((sum, { target, times }) => (names.test(target) ? sum + times : sum), 0);
  const [all, updates, reads] = [count(/./), count(/:UpdateItem/), count(/:(BatchG|G)etItem/)];
  const { calls: most, updates: mostUpdates, reads: mostReads } = personBudget;
  return {
    section,
    what: "a person's task, calls of one refresh",
    measured: `${all}, ${updates} of them updates and ${reads} reads; ${questions} of the identity provider`,
    detail: calls.map(({ target, times }) => `${times} ${target.slice(target.indexOf(':') + 1)}`).join(' + '),
    budget: `≤ ${most}, ${mostUpdates} updates, ${mostReads} reads; 1 of the provider`,
    held: all <= most && updates <= mostUpdates && reads <= mostReads && questions === 1,
  };
}
