import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { refuseTakenPorts } from '../../local/loopback.ts';

const lowest = 20_000;
const together = 7;
/** The port before the seven is held for as long as the process lives that they were given to. */
const withGuard = together + 1;
/** Blocks up to where the kernel begins to hand out ports of its own accord. */
const blocks = Math.floor((32_000 - lowest) / withGuard);
const lanes = 16;
const rounds = Math.floor(blocks / lanes);
/** How many other blocks are given before one is given again: whoever got it before has taken its ports by then. */
const between = 16;
/** The blocks of this process, by the port of their guard. */
const held = new Set<number>();
/** Those of them that were given to whoever asks for any, longest ago first. */
const given: number[] = [];

/**
 * The first of seven free ports in a row, as a run takes them with a domain that asks for certificates, a page of tasks and a third party. They stay free for the process that asked: no other
 * test on this machine, of this checkout or another, gets one of them, and no outgoing connection does.
 */
export async function freePortBlock(): Promise<number> {
  for (const guard of given.slice(0, Math.max(0, given.length - between))) {
    // Taken off the list before anything is waited for, so that nobody else is given it.
    given.splice(given.indexOf(guard), 1);
    const isFree = await areFree(portsAfter(guard));
    given.push(guard);
    if (isFree) return guard + 1;
  }
  const guard = await firstFree(Math.floor(Math.random() * rounds), held);
  given.push(guard);
  return guard + 1;
}

/** The same, and wherever nothing stands in the way the same block for one test file of a checkout as for the next. */
export async function steadyPortBlock(): Promise<number> {
  const start = createHash('sha256').update(process.cwd()).digest().readUInt32BE() % rounds;
  return (await firstFree(start, new Set(given))) + 1;
}

async function firstFree(start: number, but: ReadonlySet<number>): Promise<number> {
  const lane = Number(process.env['VITEST_POOL_ID'] ?? 0) % lanes;
  for (let tried = 0; tried < rounds; tried += 1) {
    const guard = lowest + (((start + tried) % rounds) * lanes + lane) * withGuard;
    if (!but.has(guard) && (await isHeld(guard)) && (await areFree(portsAfter(guard)))) return guard;
  }
  throw new Error(`no ${together} free ports in a row between ${lowest} and 32000`);
}

function portsAfter(guard: number): readonly number[] {
  return Array.from({ length: together }, (_, next) => guard + 1 + next);
}

/** The kernel gives a port to one process, and takes it back however that process ends. */
async function isHeld(guard: number): Promise<boolean> {
  if (held.has(guard)) return true;
  const server = createServer().unref();
  const isOurs = await new Promise<boolean>((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port: guard, host: '127.0.0.1', exclusive: true }, () => {
      resolve(true);
    });
  });
  if (isOurs) held.add(guard);
  return isOurs;
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  try {
    await refuseTakenPorts(ports);
    return true;
  } catch {
    return false;
  }
}
