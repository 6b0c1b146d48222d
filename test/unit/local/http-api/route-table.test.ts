import { describe, expect, it } from 'vitest';
import { createRouteTable } from '../../../../local/http-api/route-table.ts';

const table = (...keys: string[]): ReturnType<typeof createRouteTable> =>
  createRouteTable(keys.map((key) => ({ key, integrationId: key, authorization: 'NONE' })));

describe('routes of an HTTP API', () => {
  it('prefers a method over ANY on the same path', () => {
    const select = table('ANY /token', 'POST /token');
    expect(select('POST', '/token')?.route.key).toBe('POST /token');
    expect(select('GET', '/token')?.route.key).toBe('ANY /token');
  });

  it('prefers a literal over a variable over a greedy one, segment by segment', () => {
    const select = table('ANY /{proxy+}', 'ANY /a/{x}', 'ANY /a/b', 'ANY /{x}/b', '$default');
    expect(select('GET', '/a/b')?.route.key).toBe('ANY /a/b');
    expect(select('GET', '/a/c')?.route.key).toBe('ANY /a/{x}');
    expect(select('GET', '/z/b')?.route.key).toBe('ANY /{x}/b');
    expect(select('GET', '/z/c')?.route.key).toBe('ANY /{proxy+}');
  });

  it('takes a path over a method: GET on a greedy route loses to ANY on the exact one', () => {
    expect(table('GET /{proxy+}', 'ANY /pets')('GET', '/pets')?.route.key).toBe('ANY /pets');
  });

  it('gives a greedy variable the rest of the path, and never nothing', () => {
    const select = table('ANY /admin/{proxy+}', '$default');
    expect(select('GET', '/admin/agents/planner')?.parameters).toEqual({ proxy: 'agents/planner' });
    expect(select('GET', '/admin')?.route.key).toBe('$default');
    expect(select('GET', '/admin/')?.route.key).toBe('$default');
  });

  it('does not match a longer or shorter path, or a trailing slash', () => {
    const select = table('ANY /token');
    expect(select('GET', '/token/')).toBeUndefined();
    expect(select('GET', '/token/x')).toBeUndefined();
    expect(select('GET', '/')).toBeUndefined();
  });

  it('falls back to $default without variables', () => {
    expect(table('$default')('PUT', '/anything')).toEqual({
      route: { key: '$default', integrationId: '$default', authorization: 'NONE' },
      parameters: undefined,
    });
  });

  it('refuses a key it cannot read', () => {
    expect(() => table('POST token')).toThrow('the route key POST token');
    expect(() => table('GET /{all+}/x')).toThrow('must be the last segment');
  });
});
