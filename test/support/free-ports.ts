import { createHash } from 'node:crypto';
import { refuseTakenPorts } from '../../local/loopback.ts';

const lowest = 20_000;
const together = 4;
/** Blocks of four, up to where the kernel begins to hand out ports of its own accord. */
const blocks = Math.floor((32_000 - lowest) / together);
const lanes = 16;
const rounds = Math.floor(blocks / lanes);

/**
 * The first of four free ports in a row, as `npm start` takes them. They stay free for the test that asked: no test file
 * that runs beside it chooses among the same blocks, and no outgoing connection gets such a port.
 */
export function freePortBlock(): Promise<number> {
  return firstFree(Math.floor(Math.random() * rounds));
}

/** The same, and wherever nothing stands in the way the same block for one test file of a checkout as for the next. */
export function steadyPortBlock(): Promise<number> {
  return firstFree(createHash('sha256').update(process.cwd()).digest().readUInt32BE() % rounds);
}

async function firstFree(start: number): Promise<number> {
  const lane = Number(process.env['VITEST_POOL_ID'] ?? 0) % lanes;
  for (let tried = 0; tried < rounds; tried += 1) {
    const block = ((start + tried) % rounds) * lanes + lane;
    const first = lowest + block * together;
    if (await areFree(Array.from({ length: together }, (_, next) => first + next))) return first;
  }
  throw new Error(`no ${together} free ports in a row between ${lowest} and 32000`);
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  try {
    await refuseTakenPorts(ports);
    return true;
  } catch {
    return false;
  }
}
