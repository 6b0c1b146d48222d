import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { citedRequirements, coverage, namedSources, sourcesIn, strays } from './citations.ts';
import { must, urlOf } from './requirement.ts';
import { requirements } from './requirements.ts';
import { verifies } from './verifies.ts';

const root = join(import.meta.dirname, '../..');

describe('the requirement manifest', () => {
  const cited = citedRequirements(root, 'test');

  test('has a test for every requirement', () => {
    expect(coverage(requirements, cited).uncited).toEqual([]);
  });

  test('knows every requirement that a test verifies', () => {
    expect(coverage(requirements, cited).unknown).toEqual([]);
  });

  test('has a requirement for every section that the code names', () => {
    expect(strays(requirements, namedSources(root, 'lambdas'))).toEqual([]);
  });

  test('lists every id once', () => {
    const folder = join(import.meta.dirname, 'requirements');
    const lists = readdirSync(folder).map((list) => readFileSync(join(folder, list), 'utf8'));
    const ids = [...lists.join('\n').matchAll(/^ {2}'([^']+)': /gm)].map(([, id]) => id);
    expect(ids.toSorted()).toEqual(Object.keys(requirements).toSorted());
  });

  test('says where each source can be read', () => {
    expect(urlOf('RFC 6749 §5.2')).toBe('https://www.rfc-editor.org/rfc/rfc6749#section-5.2');
    expect(urlOf('AS-5')).toContain('modelcontextprotocol.io');
    expect(urlOf('OIDC Discovery §3')).toContain('openid.net');
    expect(urlOf('rfc7523bis §4')).toContain('datatracker.ietf.org');
    expect(urlOf('Vestibule')).toBe('docs/threat-model.md');
  });
});

describe('the gates themselves', () => {
  const planted = { 'rfc6749:5.2:one': must('RFC 6749 §5.2', 'one') };

  test('report a requirement without a test and a citation without a requirement', () => {
    const citation = { what: 'rfc6749:5.2:two', place: 'here:1' };
    expect(coverage(planted, [citation])).toEqual({ uncited: ['rfc6749:5.2:one'], unknown: [citation] });
  });

  test('report a section that the code names and no requirement has', () => {
    const stray = { what: 'RFC 6749 §9', place: 'here:1' };
    expect(strays(planted, [{ what: 'RFC 6749 §5.2', place: 'here:2' }, stray])).toEqual([stray]);
  });

  test('read every form of a citation', () => {
    expect(sourcesIn('// RFC 6749 §5.2 and §3.3: why; RFC 8707 §2. Also AS-5 (IX-10), RS256 not.')).toEqual([
      'RFC 6749 §5.2',
      'RFC 6749 §3.3',
      'RFC 8707 §2',
      'AS-5',
      'IX-10',
    ]);
  });

  test('refuse an unknown id when a test registers', () => {
    expect(() => {
      verifies('AS-999' as never, 'never registered', () => undefined);
    }).toThrow('not in test/spec/requirements.ts: AS-999');
  });
});
