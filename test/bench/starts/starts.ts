import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { bundleFunctions } from '../../../lib/bundling/from-source.ts';
import type { Part, Row } from '../report.ts';
import { formatSpread, median } from '../statistics.ts';
import { type Deployed, deploy } from '../deployed.ts';
import { bundleBareClients, sdkUseOf } from './bare-clients.ts';
import { firstEvents } from './first-events.ts';
import { type Start, startFresh } from './fresh-process.ts';

const section = 'Starts: processor time of the import, fresh processes';
const runs = 15;
const mostTimesBare = 1.3;

interface Starter {
  readonly name: string;
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly event?: object;
  /** The names of the bare clients it needs, with the trimmed and the whole credential chain. */
  readonly bare?: readonly [trimmed: string, whole: string];
  readonly starts: Start[];
}

/** What it takes each function to start, beside the bare SDK clients that it needs: in turn, each time anew. */
export const starts: Part = async (progress) => {
  const directory = mkdtempSync(join(tmpdir(), 'vestibule-starts-'));
  progress('a deployment, and every bundle');
  const deployed = await deploy('kms', 'RS256');
  try {
    const starters = startersIn(directory, deployed);
    for (let run = 1; run <= runs; run += 1) {
      progress(`run ${run} of ${runs}, ${starters.length} processes each`);
      for (const { file, environment, event, starts } of starters) {
        starts.push(await startFresh(file, environment, event));
      }
    }
    return starters.map((starter) => row(starter, starters));
  } finally {
    await deployed.stop();
    rmSync(directory, { recursive: true });
  }
};

function startersIn(directory: string, deployed: Deployed): readonly Starter[] {
  const { outputs } = bundleFunctions(resolve('lambdas/functions'), directory);
  writeFileSync(join(directory, 'package.json'), '{"type":"commonjs"}');
  const events = firstEvents(deployed.market);
  const bare = new Map<string, Starter>();
  const functions = Object.entries(outputs).flatMap(([output, { inputs }]): readonly Starter[] => {
    const [name, use] = [dirname(output).split('/').at(-1) ?? '', sdkUseOf(inputs)];
    const environment = deployed.environmentOf(name);
    if (environment === undefined) return [];
    const event = events[name];
    const needed = [true, false].map((trimmed) => {
      const title = `${use.name}, ${trimmed ? 'our credential provider' : 'unmodified'}`;
      if (!bare.has(title)) {
        const file = bundleBareClients(use, trimmed, directory);
        bare.set(title, { name: title, file, environment, starts: [] });
      }
      return title;
    });
    const [trimmed = '', whole = ''] = needed;
    const file = join(directory, name, 'index.js');
    return [{ name, file, environment, bare: [trimmed, whole], starts: [], ...(event && { event }) }];
  });
  return [...bare.values(), ...functions];
}

function row({ name, bare, starts }: Starter, all: readonly Starter[]): Row {
  const firstCalls = starts.flatMap(({ firstCall }) => firstCall ?? []);
  const call = firstCalls.length === 0 ? '' : `, first call ${formatSpread(firstCalls, 0)} ms`;
  const [byTrimmed, byWhole] = (bare ?? []).map((other) => timesOf(starts, other, all));
  const times =
    byTrimmed === undefined || byWhole === undefined
      ? ''
      : `, ${byTrimmed.toFixed(2)} × bare, ${byWhole.toFixed(2)} × unmodified`;
  return {
    section,
    what: bare === undefined ? `bare ${name}` : name,
    measured: `${formatSpread(
      starts.map(({ importCpu }) => importCpu),
      1,
    )} ms${times}${call}`,
    ...(name === 'token' &&
      byTrimmed !== undefined && { budget: `≤ ${mostTimesBare} × bare`, held: byTrimmed <= mostTimesBare }),
  };
}

/** Run by run, so that what slows the machine down slows both. */
function timesOf(starts: readonly Start[], other: string, all: readonly Starter[]): number {
  const theirs = all.find(({ name }) => name === other)?.starts ?? [];
  return median(starts.map(({ importCpu }, run) => importCpu / (theirs[run]?.importCpu ?? NaN)));
}
