import { randomFillSync } from 'node:crypto';

/** Yields `bytes` bytes of cryptographic randomness as base64url: only `[A-Za-z0-9_-]` (IX-25). */
export type Random = (bytes: number) => string;

/** Drawn from the system once for many values, as node:crypto does for its UUIDs. */
const pool = Buffer.alloc(2_048);
let used = pool.length;

export const systemRandom: Random = (bytes) => {
  if (bytes > pool.length) throw new RangeError(`at most ${pool.length} random bytes at once, not ${bytes}`);
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const end = used + bytes;
  const text = pool.toString('base64url', used, end);
  // No value can be read here a second time.
  pool.fill(0, used, end);
  used = end;
  return text;
};

/** Between half of it and one and a half, so that those who wait for the same thing do not all come back at once. */
export function roughly(milliseconds: number): number {
  return milliseconds * (0.5 + Math.random());
}

/** A number of [0, 1), of as many random bits as a number holds that is written in 32. */
export function fraction(random: Random): number {
  return Buffer.from(random(4), 'base64url').readUInt32BE() / 2 ** 32;
}
