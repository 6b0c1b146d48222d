import { createHash, createHmac } from 'node:crypto';
import type { Checksum, SourceData } from '@smithy/types';

type State = ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

/** SHA-256 and its HMAC in the shape that the signer asks for. */
export class Sha256 implements Checksum {
  readonly #secret: SourceData | undefined;
  #state: State;

  constructor(secret?: SourceData) {
    this.#secret = secret;
    this.#state = begin(secret);
  }

  update(chunk: SourceData): void {
    this.#state.update(bytes(chunk));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#state.digest());
  }

  reset(): void {
    this.#state = begin(this.#secret);
  }
}

function begin(secret: SourceData | undefined): State {
  return secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret));
}

function bytes(data: SourceData): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
