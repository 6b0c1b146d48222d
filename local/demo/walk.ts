import { parseArgs } from 'node:util';
import { awsRole } from './walk/aws-role.ts';
import { boundToken } from './walk/bound-token.ts';
import { deregistration } from './walk/deregistration.ts';
import { device } from './walk/device.ts';
import { discoverAndCall } from './walk/discover-and-call.ts';
import { readEndpoints } from './walk/endpoints.ts';
import { egress } from './walk/egress.ts';
import { exchange } from './walk/exchange.ts';
import { longTasks } from './walk/long-tasks.ts';
import { missingScope } from './walk/missing-scope.ts';
import { people } from './walk/people.ts';
import { otherResource } from './walk/other-resource.ts';
import { privateKey } from './walk/private-key.ts';
import { createReport, Surprise, type Report } from './walk/report.ts';
import type { Walk } from './walk/walk-context.ts';
import { rotation } from './walk/rotation.ts';
import { revocation } from './walk/revocation.ts';
import { followClock } from './walk/run-clock.ts';
import { tasks } from './walk/tasks.ts';
import { recordingFetch, type Exchange } from './walk/wire.ts';

/**
 * `npm run demo`: every flow against a running `npm start`, with real clients. Exits 1 on the first surprise. With
 * `--only agents` nobody signs in, and no browser is needed; `--only people`, `--only device`, `--only exchange`,
 * `--only egress` and `--only tasks` leave the rest out. With `--fast-clock` two hours of two jobs pass instead, in a run that lets its clock be moved.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, 'fast-clock': { type: 'boolean' } } });
  const report = createReport((line) => {
    console.log(line);
  }, process.stdout.isTTY);
  const undo: (() => Promise<unknown>)[] = [];
  const problems: unknown[] = [];
  await walk(report, values, (later) => undo.push(later)).catch((error: unknown) => problems.push(error));
  if (undo.length > 0) report.step('What the walk registered is removed');
  for (const each of undo.toReversed()) {
    await each().catch((error: unknown) => problems.push(error));
  }
  for (const problem of problems) {
    console.error(`\n✗ ${problem instanceof Surprise ? problem.message : describe(problem)}`);
  }
  if (problems.length > 0) process.exitCode = 1;
  else console.log('\nEverything went as promised.');
}

const parts = new Map([
  ['agents', agents],
  ['people', people],
  ['device', device],
  ['exchange', exchange],
  ['egress', egress],
  ['tasks', tasks],
]);

interface Wanted {
  readonly only?: string | undefined;
  readonly 'fast-clock'?: boolean | undefined;
}

async function walk(report: Report, wanted: Wanted, undoLater: Walk['undoLater']): Promise<void> {
  const { only, 'fast-clock': isClockFast = false } = wanted;
  if (only !== undefined && !parts.has(only)) {
    throw new Surprise(
      `There is no part ${only} of the walk; --only is one of ${[...parts.keys()].join(', ')}.`,
    );
  }
  let exchanges: Exchange[] = [];
  const endpoints = await readEndpoints();
  const clock = endpoints.clock === undefined ? undefined : await followClock(endpoints.clock);
  const context: Walk = {
    ...{ endpoints, report },
    fetch: recordingFetch((exchange) => {
      exchanges.push(exchange);
      report.exchange(exchange);
    }),
    takeExchanges: () => {
      const taken = exchanges;
      exchanges = [];
      return taken;
    },
    undoLater,
  };
  if (isClockFast) {
    await longTasks(context, clock);
    return;
  }
  for (const [name, part] of parts) {
    if (only === undefined || only === name) await part(context);
  }
}

async function agents(context: Walk): Promise<void> {
  await discoverAndCall(context);
  await missingScope(context);
  await otherResource(context);
  await privateKey(context);
  await awsRole(context);
  await boundToken(context);
  await rotation(context);
  await revocation(context);
  await deregistration(context);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

await main();
