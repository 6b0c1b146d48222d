import { validateHeaderName, validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { GatewayEvent, GatewayResult } from '../../lambdas/http/gateway-event.ts';
import type { lambdaHandler } from '../../lambdas/http/lambda.ts';
import { aContext } from '../unit/http/requests.ts';
import { hostile } from './arbitraries.ts';

export type Handler = ReturnType<typeof lambdaHandler>;

const requests = { numRuns: 10_000 } as const;

/** Right values often enough to reach every decision, and anything else as often. */
export const likely = (...values: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: hostile });

/** Sends 10,000 events, of which each must get a valid answer below 500; yields the statuses seen. */
export async function withstands(
  handler: Handler,
  events: fc.Arbitrary<GatewayEvent>,
): Promise<ReadonlySet<number>> {
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(events, async (event) => {
      const result = await handler(event, aContext);
      statuses.add(result.statusCode ?? 0);
      expectValid(event, result);
    }),
    requests,
  );
  return statuses;
}

function expectValid(
  event: GatewayEvent,
  { statusCode = 0, headers: sent = {}, body = '' }: GatewayResult,
): void {
  expect(statusCode).toBeGreaterThanOrEqual(200);
  expect(statusCode).toBeLessThan(500);
  expect([301, 302, 303, 307, 308]).not.toContain(statusCode);
  for (const [name, value] of Object.entries(sent)) {
    validateHeaderName(name);
    validateHeaderValue(name, String(value));
  }
  const isEmpty = event.requestContext.http.method === 'HEAD' || statusCode === 204;
  if (isEmpty) expect(body).toBe('');
  else if (sent['content-type'] === 'application/json') expect(hasNull(JSON.parse(body))).toBe(false);
  else expect(sent['content-type']).toMatch(/^(?:text\/html; charset=utf-8|application\/[a-z-]+\+jwt)$/);
  if (statusCode >= 400) expect(sent['cache-control']).toBe('no-store');
}

function hasNull(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === null;
  return Object.values(value).some(hasNull);
}
