import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a process that knew nothing needed. Milliseconds. */
export interface Start {
  /** Processor time until the file was loaded. */
  readonly importCpu: number;
  /** From the first event to its answer; absent where no event was given. */
  readonly firstCall?: number;
}

/** Plain CommonJS, because that is all that runs before a function's own code on Lambda too. */
const script = `
const [file, event] = process.argv.slice(1);
const before = process.cpuUsage();
const { handler } = require(file);
const { user, system } = process.cpuUsage(before);
const importCpu = (user + system) / 1000;
const tell = (start) => process.stderr.write(JSON.stringify(start), () => process.exit());
if (event === undefined) tell({ importCpu });
else {
  const began = performance.now();
  const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 10_000 };
  handler(JSON.parse(event), context).then(({ statusCode, body }) => {
    if (statusCode >= 400) throw new Error(statusCode + ' ' + body);
    tell({ importCpu, firstCall: performance.now() - began });
  });
}`;

const run = promisify(execFile);

/** Loads a bundle in a process of its own and, given an event, lets its handler answer it. */
export async function startFresh(
  file: string,
  environment: Readonly<Record<string, string>>,
  event?: object,
): Promise<Start> {
  const given = [file, ...(event === undefined ? [] : [JSON.stringify(event)])];
  const { stderr } = await run(process.execPath, ['--eval', script, ...given], {
    env: { ...environment, NODE_ENV: 'production' },
  });
  return JSON.parse(stderr) as Start;
}
