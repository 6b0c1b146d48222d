import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isThroughEdge, viewerAddress, withoutOriginSecret } from '../../lambdas/http/edge.ts';
import { sha256 } from '../../lambdas/runtime/digest.ts';
import { lambdaHandler } from '../../lambdas/http/lambda.ts';
import type { HttpRequest } from '../../lambdas/http/message.ts';
import { json } from '../../lambdas/http/respond.ts';
import { aContext, anEvent } from '../unit/http/requests.ts';
import { hostile, runs } from './arbitraries.ts';

const secret = 'a-secret-that-only-the-edge-has';
const digest = sha256(secret);
const direct = '192.0.2.1';
const viewer = (text: string): Readonly<Record<string, string>> => ({ 'x-vestibule-viewer': text });

/** What a caller may write itself, at the edge or around it. */
const spoofed = fc.dictionary(
  fc.constantFrom(
    'x-forwarded-for',
    'forwarded',
    'x-real-ip',
    'x-vestibule-viewer',
    'cloudfront-viewer-address',
  ),
  fc.oneof(fc.ipV4(), fc.ipV6(), hostile),
);

async function through(
  headers: Readonly<Record<string, string>>,
  certificate?: string,
): Promise<{
  readonly status: number | undefined;
  readonly request: HttpRequest | undefined;
}> {
  let request: HttpRequest | undefined;
  const handler = lambdaHandler(
    (received) => {
      request = received;
      return Promise.resolve(json(200, {}));
    },
    { originSecretDigest: digest },
  );
  const { statusCode } = await handler(
    anEvent({ headers, ...(certificate !== undefined && { certificate }) }),
    aContext,
  );
  return { status: statusCode, request };
}

describe('the rim behind an edge', () => {
  it('refuses whoever does not bring the secret, whatever else it brings', async () => {
    await fc.assert(
      fc.asyncProperty(spoofed, fc.option(hostile, { nil: undefined }), async (headers, guess) => {
        const sent = { ...headers, ...(guess !== undefined && { 'x-vestibule-origin': guess }) };
        expect(await through(sent)).toEqual({ status: 403, request: undefined });
      }),
      runs,
    );
    for (const near of [`${secret} `, secret.slice(1), `${secret},${secret}`, digest, '']) {
      expect((await through({ 'x-vestibule-origin': near })).status).toBe(403);
    }
  });

  it('believes the address that the edge names, shows no secret to the endpoint, and heeds no other header', async () => {
    await fc.assert(
      fc.asyncProperty(spoofed, fc.oneof(fc.ipV4(), fc.ipV6()), async (headers, address) => {
        const { status, request } = await through({
          ...headers,
          ...viewer(address),
          'x-vestibule-origin': secret,
        });
        expect(status).toBe(200);
        expect(request?.sourceAddress).toBe(address.toLowerCase());
        expect(JSON.stringify(request)).not.toContain(secret);
      }),
      runs,
    );
  });

  it('lets in who shows a certificate, which only API Gateway can say, and believes no header of theirs', async () => {
    await fc.assert(
      fc.asyncProperty(spoofed, async (headers) => {
        const { status, request } = await through(headers, 'a certificate');
        expect([status, request?.sourceAddress, request?.clientCertificate]).toEqual([
          ...[200, direct, 'a certificate'],
        ]);
      }),
      runs,
    );
  });

  it('takes the address of the connection where the edge names none that is one', async () => {
    for (const text of [
      '',
      'unknown',
      '1.2.3.4, 5.6.7.8',
      '1.2.3',
      'fe80::1%eth0',
      '[1.2.3.4]:80',
      '1.2.3.4:',
    ]) {
      const { request } = await through({ ...viewer(text), 'x-vestibule-origin': secret });
      expect(request?.sourceAddress, text).toBe(direct);
    }
  });
});

describe('the rim without an edge', () => {
  it('heeds no header at all', async () => {
    await fc.assert(
      fc.asyncProperty(spoofed, async (headers) => {
        let seen = '';
        const handler = lambdaHandler(({ sourceAddress }) => {
          seen = sourceAddress;
          return Promise.resolve(json(200, {}));
        });
        await handler(anEvent({ headers: { ...headers, 'x-vestibule-origin': secret } }), aContext);
        expect(seen).toBe(direct);
      }),
      { numRuns: 200 },
    );
  });
});

describe('an address that the edge names', () => {
  it('may have a port, and is an address or nothing', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.ipV4(), fc.ipV6()), fc.nat(65_535), (text, port) => {
        const read = viewerAddress(viewer(text));
        if (read !== undefined) expect(isIP(read)).not.toBe(0);
        if (isIP(text) === 4) expect(viewerAddress(viewer(`${text}:${port}`))).toBe(text);
        if (isIP(text) === 6) expect(viewerAddress(viewer(`[${text}]:${port}`))).toBe(text.toLowerCase());
      }),
      runs,
    );
  });

  it('is compared by the digest of the whole secret', () => {
    expect(isThroughEdge({ 'x-vestibule-origin': secret }, digest)).toBe(true);
    expect(isThroughEdge({}, digest)).toBe(false);
    expect(withoutOriginSecret({ a: 'b', 'x-vestibule-origin': secret })).toEqual({ a: 'b' });
  });
});
