import dns from 'node:dns';
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from 'vitest';

/*
 * The files of a run share its few processes, and none may see that another was there. What one could see is noted before
 * each file and has to be the same after it.
 */

/** What keeps a process running and has to end with its file. Sockets may outlive their use for a while. */
const endsWithItsFile = ['TCPServerWrap', 'ProcessWrap', 'MessagePort', 'FSEventWrap', 'Timeout'];
/** What was told to end is not gone in the same turn. */
const patienceMilliseconds = 2_000;

/** What a test that knows no better replaces. */
const owners: readonly (readonly [label: string, owner: object, names: readonly string[]])[] = [
  ['globalThis', globalThis, ['fetch', 'Date', 'setTimeout', 'setInterval', 'setImmediate', 'console']],
  ['Date', Date, ['now']],
  ['Math', Math, ['random']],
  ['performance', performance, ['now']],
  ['console', console, ['log', 'info', 'warn', 'error']],
  ['process', process, ['exit', 'cwd', 'emitWarning']],
  ['process.stdout', process.stdout, ['write']],
  ['process.stderr', process.stderr, ['write']],
  ['dns', dns, ['lookup']],
  ['dns.promises', dns.promises, ['lookup']],
  ['http', http, ['request', 'globalAgent']],
];

type Traces = ReadonlyMap<string, unknown>;

let before: Traces;
let running: ReadonlyMap<string, number>;

beforeAll(() => {
  before = traces();
  running = whatRuns();
});

afterAll(async () => {
  const until = performance.now() + patienceMilliseconds;
  while (performance.now() < until && whatRunsBesides(running).length > 0) await pause(10);
  expect(whatRunsBesides(running), 'what this file has left running').toEqual([]);
  expect(differences(before, traces()), 'what this file has changed for those after it').toEqual([]);
});

/** Names and values never show: an environment may hold secrets. */
function differences(from: Traces, to: Traces): readonly string[] {
  const names = new Set([...from.keys(), ...to.keys()]);
  return [...names].filter((name) => !Object.is(from.get(name), to.get(name)));
}

function traces(): Traces {
  return new Map<string, unknown>([
    ...Object.entries(process.env).map(([name, value]) => [`process.env.${name}`, value] as const),
    ['the working directory', process.cwd()],
    ['process.exitCode', process.exitCode],
    ...Reflect.ownKeys(globalThis).map((name) => [`globalThis.${String(name)}`, true] as const),
    ...replaceable(),
    // What waits for the end of the process is seen by nobody before.
    ...process
      .eventNames()
      .filter((name) => name !== 'exit')
      .map((name) => [`listeners of ${String(name)}`, process.listenerCount(name)] as const),
  ]);
}

function replaceable(): readonly (readonly [string, unknown])[] {
  return owners.flatMap(([label, owner, names]) =>
    names.map((name) => [`${label}.${name}`, Reflect.get(owner, name) as unknown] as const),
  );
}

function whatRunsBesides(earlier: ReadonlyMap<string, number>): readonly string[] {
  return [...whatRuns()].flatMap(([kind, count]) => (count > (earlier.get(kind) ?? 0) ? [kind] : []));
}

function whatRuns(): ReadonlyMap<string, number> {
  const kinds = process.getActiveResourcesInfo().filter((kind) => endsWithItsFile.includes(kind));
  return new Map(endsWithItsFile.map((kind) => [kind, kinds.filter((one) => one === kind).length]));
}
