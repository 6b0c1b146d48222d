import { describe, expect, it } from 'vitest';
import { methods } from '../../../lambdas/http/methods.ts';
import { json } from '../../../lambdas/http/respond.ts';
import { route, routes } from '../../../lambdas/http/routes.ts';
import { aRequest } from './requests.ts';

describe('routes', () => {
  const endpoint = routes([
    route('/things', () => Promise.resolve(json(200, { found: 'all' }))),
    route('/things/{id}', (_request, { id }) => Promise.resolve(json(200, { id }))),
    route('/things/{id}/parts/{part}', (_request, { id, part }) => Promise.resolve(json(200, { id, part }))),
    route('/.well-known/{rest+}', (_request, { rest }) => Promise.resolve(json(200, { rest }))),
  ]);
  const ask = async (path: string) => JSON.parse((await endpoint(aRequest({ path }))).body) as unknown;

  it.each([
    ['/things', { found: 'all' }],
    ['/things/a', { id: 'a' }],
    ['/things/a b', { id: 'a b' }],
    ['/things/a/parts/b', { id: 'a', part: 'b' }],
    ['/.well-known/a/b/', { rest: 'a/b/' }],
  ])('lead %s to its endpoint, with its parameters', async (path, answer) => {
    expect(await ask(path)).toEqual(answer);
  });

  it.each([
    '/',
    '/thing',
    '/things/',
    '/things/a/',
    '/things/a/parts',
    '/xwell-known/a',
    '/.well-known/',
    '',
  ])('lead %s nowhere, as JSON', async (path) => {
    const response = await endpoint(aRequest({ path }));
    expect(response).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    });
    expect(JSON.parse(response.body)).toEqual({
      error: 'not_found',
      error_description: 'there is nothing here',
    });
  });
});

describe('methods', () => {
  const echo = methods({ GET: ({ method }) => Promise.resolve(json(200, { method })) });
  const post = methods({ POST: ({ method }) => Promise.resolve(json(200, { method })) });

  it('send HEAD where GET goes', async () => {
    expect((await echo(aRequest({ method: 'HEAD' }))).status).toBe(200);
    expect((await post(aRequest({ method: 'HEAD' }))).status).toBe(405);
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'get', '', 'constructor'])(
    'refuse %j and name what is allowed',
    async (method) => {
      expect(await echo(aRequest({ method }))).toMatchObject({
        status: 405,
        headers: { allow: 'GET, HEAD' },
      });
      expect(await post(aRequest({ method }))).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    },
  );
});
