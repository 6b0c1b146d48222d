import { deregistration } from './walk/deregistration.ts';
import { discoverAndCall } from './walk/discover-and-call.ts';
import { readEndpoints } from './walk/endpoints.ts';
import { missingScope } from './walk/missing-scope.ts';
import { otherResource } from './walk/other-resource.ts';
import { privateKey } from './walk/private-key.ts';
import { createReport, Surprise, type Report } from './walk/report.ts';
import type { Walk } from './walk/walk-context.ts';
import { recordingFetch, type Exchange } from './walk/wire.ts';

/** `npm run demo`: every flow against a running `npm start`, with real clients. Exits 1 on the first surprise. */
async function main(): Promise<void> {
  const report = createReport((line) => {
    console.log(line);
  }, process.stdout.isTTY);
  const undo: (() => Promise<unknown>)[] = [];
  try {
    await walk(report, (later) => undo.push(later));
    report.note('\nEverything went as promised.');
  } catch (error) {
    process.exitCode = 1;
    console.error(`\n✗ ${error instanceof Surprise ? error.message : describe(error)}`);
  }
  for (const each of undo.toReversed()) {
    await each().catch((error: unknown) => {
      process.exitCode = 1;
      console.error(`✗ cleaning up: ${describe(error)}`);
    });
  }
}

async function walk(report: Report, undoLater: Walk['undoLater']): Promise<void> {
  let exchanges: Exchange[] = [];
  const context: Walk = {
    endpoints: await readEndpoints(),
    report,
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
  await discoverAndCall(context);
  await missingScope(context);
  await otherResource(context);
  await privateKey(context);
  await deregistration(context);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

await main();
