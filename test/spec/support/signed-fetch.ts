import { createHash, createHmac } from 'node:crypto';

import { SignatureV4 } from '@smithy/signature-v4';
import type { SourceData } from '@smithy/types';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface AdminRequest {
  readonly method: string;
  readonly url: string;
  /** Sent as it is; the default content type is application/json. */
  readonly body?: string;
  readonly contentType?: string;
}

/** Sends a request with a SigV4 signature for API Gateway, as IAM-authorized routes want it. */
export async function signedFetch(credentials: Credentials, request: AdminRequest): Promise<Response> {
  const url = new URL(request.url);
  const signer = new SignatureV4({
    credentials,
    region: 'us-east-1',
    service: 'execute-api',
    sha256: Sha256,
  });
  const signed = await signer.sign({
    method: request.method,
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: {
      host: url.host,
      ...(request.body !== undefined && { 'content-type': request.contentType ?? 'application/json' }),
    },
    ...(request.body !== undefined && { body: request.body }),
  });
  return fetch(url, {
    method: request.method,
    headers: signed.headers,
    ...(request.body !== undefined && { body: request.body }),
  });
}

/** The hash that the signer asks for, from node:crypto. */
class Sha256 {
  readonly #hash;

  constructor(secret?: SourceData) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: SourceData): void {
    this.#hash.update(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

function bytesOf(data: SourceData): string | Uint8Array {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
