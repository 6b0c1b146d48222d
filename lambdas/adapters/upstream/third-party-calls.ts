import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type {
  BeginThirdPartyCall,
  ThirdPartyCall,
  ThirdPartyFailure,
  ThirdPartyReply,
} from '../../ports/third-party-calls.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { type DocumentHosts, readDocumentUrl } from './document-url.ts';
import { pinnedRequest } from './pinned-request.ts';
import { resolveAddresses } from './resolve.ts';

interface Options {
  readonly hosts: DocumentHosts;
  /** Of an answer, decompressed. */
  readonly maximumBytes: number;
  /** Of a call, to the last byte of the last answer. */
  readonly timeLimitMilliseconds: number;
}

/** Where nobody was reached, and so nothing was sent. */
const unreached: ReadonlySet<string | undefined> = new Set([
  ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
]);

/** Calls of third parties, as guarded as what is fetched of documents: https, public pinned addresses, bounded in time and size. */
export function guardedThirdPartyCalls(options: Options): BeginThirdPartyCall {
  return () => {
    const signal = AbortSignal.timeout(options.timeLimitMilliseconds);
    return {
      send: (call) => sent(call, options, signal),
      within: (work) => within(signal, work),
    };
  };
}

async function within<Done>(
  signal: AbortSignal,
  work: () => Promise<Done>,
): Promise<Result<Done, 'timed_out'>> {
  if (signal.aborted) return refuse('timed_out');
  const done = new AbortController();
  try {
    return await Promise.race([work().then(ok), over(signal, done.signal)]);
  } finally {
    done.abort();
  }
}

function over(signal: AbortSignal, done: AbortSignal): Promise<Result<never, 'timed_out'>> {
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve(refuse('timed_out'));
      },
      { once: true, signal: done },
    );
  });
}

async function sent(
  { method, url: text, headers, body }: ThirdPartyCall,
  { hosts, maximumBytes }: Options,
  signal: AbortSignal,
): Promise<Result<ThirdPartyReply, ThirdPartyFailure>> {
  const url = readDocumentUrl(text, hosts);
  if (!url.ok) return refuse('not_allowed');
  const addresses = await resolveAddresses(url.value, hosts, signal);
  if (!addresses.ok) {
    const { reason } = addresses.refusal;
    if (reason === 'timed_out') return refuse(reason);
    return refuse(reason === 'unreachable' ? 'unreached' : 'not_allowed');
  }
  try {
    const response = await pinnedRequest({
      ...{ url: url.value, addresses: addresses.value, signal, method, headers, body },
    });
    return await replyOf(response, maximumBytes);
  } catch (error) {
    if (signal.aborted) return refuse('timed_out');
    return refuse(unreached.has((error as { readonly code?: string }).code) ? 'unreached' : 'broken');
  }
}

async function replyOf(
  response: IncomingMessage,
  maximumBytes: number,
): Promise<Result<ThirdPartyReply, ThirdPartyFailure>> {
  const { statusCode: status = 0, headers } = response;
  const received = await bytesOf(response, maximumBytes);
  if (received === undefined) return refuse('too_large');
  if (status < 200 || status > 599) return refuse('broken');
  const body = await decoded(received, headers['content-encoding'], maximumBytes);
  return body.ok ? ok({ status, headers: singleHeaders(headers), body: body.value }) : body;
}

async function bytesOf(response: IncomingMessage, maximumBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop destroys the response, so that what follows is never received.
    if (size > maximumBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const decoders = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

/** Some compress though they were asked not to: what is said inside has to be seen. */
async function decoded(
  bytes: Buffer,
  encoding = 'identity',
  maximumBytes: number,
): Promise<Result<Buffer, ThirdPartyFailure>> {
  const name = encoding.trim().toLowerCase().replace(/^x-/, '');
  if (name === 'identity' || name === '' || bytes.length === 0) return ok(bytes);
  if (!isKnown(name)) return refuse('encoded');
  try {
    return ok(await decoders[name](bytes, { maxOutputLength: maximumBytes }));
  } catch (error) {
    const isTooLarge = (error as { readonly code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
    return refuse(isTooLarge ? 'too_large' : 'encoded');
  }
}

function isKnown(name: string): name is keyof typeof decoders {
  return Object.hasOwn(decoders, name);
}

function singleHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
