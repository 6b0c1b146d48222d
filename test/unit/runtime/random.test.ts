import { expect, test } from 'vitest';
import { roughly, systemRandom } from '../../../lambdas/runtime/random.ts';

test('random values are as long as asked, of URL-safe characters, and never the same', () => {
  const values = Array.from({ length: 10_000 }, (_, index) => systemRandom(16 + (index % 17)));
  values.forEach((value, index) => {
    expect(Buffer.from(value, 'base64url')).toHaveLength(16 + (index % 17));
    expect(value).toMatch(/^[A-Za-z0-9_-]+$/);
  });
  expect(new Set(values.map((value) => value.slice(0, 21))).size).toBe(values.length);
  expect(values.some((value) => value.includes('AAAAAAAA'))).toBe(false);
});

test('more random bytes than are at hand are refused, not shortened', () => {
  expect(Buffer.from(systemRandom(2_048), 'base64url')).toHaveLength(2_048);
  expect(() => systemRandom(2_049)).toThrow(RangeError);
});

test('what is rough is near what it was, and not the same for all', () => {
  const pauses = Array.from({ length: 1_000 }, () => roughly(100));
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(50);
  expect(Math.max(...pauses)).toBeLessThan(150);
  expect(new Set(pauses).size).toBeGreaterThan(900);
});
