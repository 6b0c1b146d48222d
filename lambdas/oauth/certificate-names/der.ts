/** One element of DER. */
export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
  /** With its tag and its length. */
  readonly whole: Buffer;
}

/** The elements that follow each other in those bytes. Throws a RangeError for bytes that are no DER. */
export function derElements(bytes: Buffer): readonly DerElement[] {
  const elements: DerElement[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes.readUInt8(at);
    const short = bytes.readUInt8(at + 1);
    // Of more than 127 bytes, the length is told in as many bytes as the first one says.
    const more = short < 0x80 ? 0 : short - 0x80;
    const length = more === 0 ? short : bytes.readUIntBE(at + 2, more);
    const [start, end] = [at + 2 + more, at + 2 + more + length];
    if (short === 0x80 || end > bytes.length) throw new RangeError('not DER');
    elements.push({ tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return elements;
}

/** The dotted form of an object identifier. */
export function dottedOid(content: Buffer): string {
  const arcs: bigint[] = [];
  // There are arcs of 128 bits: rounded, two identifiers would be one.
  let arc = 0n;
  for (const byte of content) {
    arc = arc * 128n + BigInt(byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [first = 0n, ...others] = arcs;
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - 40n * root, ...others].join('.');
}
