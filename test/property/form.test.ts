import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseForm } from '../../lambdas/http/form.ts';
import { hostile, runs } from './arbitraries.ts';

const fields = fc.array(
  fc.tuple(fc.oneof(fc.constantFrom('a', 'b', 'resource', 'scope'), hostile), hostile),
  {
    maxLength: 8,
  },
);

const encode = (text: string) => encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+');
const written = (pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');

describe('the form reader', () => {
  it('never yields a repeated parameter: a name that came twice is refused', () => {
    fc.assert(
      fc.property(fields, (pairs) => {
        const names = pairs.map(([name]) => name.toWellFormed()).filter((name) => name !== 'resource');
        const form = parseForm(written(pairs));
        expect(form.ok).toBe(new Set(names).size === names.length);
      }),
      runs,
    );
  });

  it('yields what was written, and no empty value', () => {
    fc.assert(
      fc.property(fields, (pairs) => {
        const form = parseForm(written(pairs));
        if (!form.ok) return;
        const kept = pairs
          .map(([name, value]) => [name.toWellFormed(), value.toWellFormed()] as const)
          .filter(([, value]) => value !== '');
        expect([...form.value.values]).toEqual(kept.filter(([name]) => name !== 'resource'));
        expect(form.value.resources).toEqual(
          kept.filter(([name]) => name === 'resource').map(([, value]) => value),
        );
      }),
      runs,
    );
  });

  it('reads any text or refuses it with a reason', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (one, two, three) => {
        const form = parseForm(`${one}=${two}&${three}`);
        if (form.ok) expect([...form.value.values.values()]).not.toContain('');
        else expect(form.refusal.reason).toMatch(/^(form_malformed|parameter_repeated)$/);
      }),
      runs,
    );
  });
});
