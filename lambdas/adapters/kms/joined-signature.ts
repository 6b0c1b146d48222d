/** Bytes of each number of an ECDSA signature with P-256. */
const size = 32;

/**
 * The two numbers of a P-256 signature side by side, from DER: a sequence of two integers, none of them long enough for
 * a length of several bytes. node:crypto can write this form itself, and then takes twice as long for a signature.
 */
export function joinedSignature(der: Uint8Array): Uint8Array {
  const joined = new Uint8Array(2 * size);
  const rEnd = 4 + (der[3] ?? 0);
  const sEnd = rEnd + 2 + (der[rEnd + 1] ?? 0);
  place(der.subarray(4, rEnd), joined, size);
  place(der.subarray(rEnd + 2, sEnd), joined, 2 * size);
  return joined;
}

/** Right-aligned: an integer has a zero byte before a high bit, and no other leading zeros. */
function place(integer: Uint8Array, joined: Uint8Array, end: number): void {
  const digits = integer.subarray(Math.max(0, integer.length - size));
  joined.set(digits, end - digits.length);
}
