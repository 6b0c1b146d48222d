import type { SigningAlgorithm } from '../../../lambdas/ports/signing.ts';
import type { SigningMode } from '../calls/counted.ts';
import type { Row } from '../report.ts';
import { formatSpread, median } from '../statistics.ts';
import type { Caches, SubjectName } from './message.ts';

interface Round {
  readonly tokensPerSecond: number;
  readonly microsecondsPerToken: number;
}

/** One server with one algorithm, and what it did in each round. */
export interface Entry {
  readonly name: SubjectName;
  readonly algorithm: SigningAlgorithm;
  readonly signing?: SigningMode;
  /** Asked to exchange tokens; the caches of the server are so. */
  readonly exchanges?: Caches;
  readonly rounds: Round[];
}

interface Conditions {
  readonly connections: number;
  readonly isPinned: boolean;
}

const leastOverProvider = 3;
const leastOfFloor = 0.65;

/** Rates and, round by round, ratios: what disturbs the machine disturbs both sides of a ratio. */
export function throughputRows(entries: readonly Entry[], conditions: Conditions): readonly Row[] {
  const algorithms = [...new Set(entries.map(({ algorithm }) => algorithm))];
  return algorithms.flatMap((algorithm) => {
    const all = entries.filter((entry) => entry.algorithm === algorithm);
    const section = titleOf(algorithm, conditions);
    const ours = all.filter(({ name, exchanges }) => name === 'vestibule' && exchanges === undefined);
    const exchanging = all.filter(({ exchanges }) => exchanges !== undefined);
    return [
      ...all.map((entry) => rateRow(section, entry)),
      ...ours.flatMap((entry) => [
        ratioRow(section, entry, find(all, 'oidc-provider'), leastOverProvider),
        ratioRow(section, entry, find(all, 'floor'), leastOfFloor),
        ...all.filter(isLowest).map((lowest) => ratioRow(section, entry, lowest)),
      ]),
      // Nobody else exchanges here: beside the least that a token takes, and one that is not exchanged.
      ...exchanging.flatMap((entry) => [
        ratioRow(section, entry, find(all, 'floor')),
        ...ours
          .filter(({ signing }) => signing === entry.signing)
          .map((plain) => ratioRow(section, entry, plain)),
      ]),
      // What nobody can pass on this machine: the least work against the most.
      ratioRow(section, all.find(isLowest) ?? find(all, 'floor'), find(all, 'oidc-provider')),
    ];
  });
}

/** ES256 alone: the floor with our own way to the joined form of a signature. */
function isLowest({ name }: Entry): boolean {
  return name === 'lowest floor';
}

function titleOf(algorithm: SigningAlgorithm, { connections, isPinned }: Conditions): string {
  const where = isPinned ? 'each server pinned to one processor' : 'not pinned: there is no taskset';
  return `Tokens a second, ${algorithm}, ${connections} connections, ${where}`;
}

function find(entries: readonly Entry[], name: SubjectName): Entry {
  const found = entries.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`${name} took no part`);
  return found;
}

function rateRow(section: string, entry: Entry): Row {
  const { rounds } = entry;
  const rates = formatSpread(
    rounds.map(({ tokensPerSecond }) => tokensPerSecond),
    0,
  );
  const cost = median(rounds.map(({ microsecondsPerToken }) => microsecondsPerToken)).toFixed(0);
  return {
    section,
    what: nameOf(entry),
    measured: `${rates}, ${cost} µs of processor time each`,
  };
}

/**
 * A KMS signs elsewhere, and a store tells how an exchanged token stands: then their pace decides the rate, and the processor
 * time is what can be compared.
 */
function ratioRow(section: string, one: Entry, other: Entry, least?: number): Row {
  const compared = (value: (round: Round) => number): readonly number[] =>
    one.rounds.flatMap((round, index) => {
      const theirs = other.rounds[index];
      return theirs === undefined ? [] : [value(round) / value(theirs)];
    });
  const byRate = compared(({ tokensPerSecond }) => tokensPerSecond);
  const byTime = compared(({ microsecondsPerToken }) => 1 / microsecondsPerToken);
  return {
    section,
    what: `${nameOf(one)} ÷ ${other.name === 'vestibule' ? 'not exchanged' : other.name}`,
    measured: `${formatSpread(byRate, 2)}, by processor time ${formatSpread(byTime, 2)}`,
    ...(least !== undefined && { budget: `≥ ${least}`, held: median(byRate) >= least }),
  };
}

function nameOf({ name, signing, exchanges }: Entry): string {
  const how = signing === undefined ? '' : `, signing '${signing}'`;
  return `${name}${how}${exchanges === undefined ? '' : `, exchange, ${exchanges} caches`}`;
}
