import { randomBytes } from 'node:crypto';

/** Yields `bytes` bytes of cryptographic randomness as base64url: only `[A-Za-z0-9_-]` (IX-25). */
export type Random = (bytes: number) => string;

export const systemRandom: Random = (bytes) => randomBytes(bytes).toString('base64url');
