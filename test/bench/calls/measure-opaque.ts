import { basic, drive } from '../../spec/support/driver.ts';
import type { TestDeployment } from '../../support/deployment.ts';
import type { Count, CountedOperation } from './counted.ts';

/** What a token costs that its resource wants opaque, and what each question about one. */
export async function countOpaque(
  deployment: TestDeployment,
  { resource, caller, server }: Readonly<Record<'resource' | 'caller' | 'server', string>>,
  count: Count,
): Promise<readonly CountedOperation[]> {
  const client = drive(deployment);
  const [asCaller, asServer] = [
    basic(caller, await deployment.secretOf(caller)),
    basic(server, await deployment.secretOf(server)),
  ];
  const issue = () => client.token({ grant_type: 'client_credentials', resource }, asCaller);
  const token = String((await issue()).body['access_token']);
  const ask = () =>
    client.send('/introspect', { method: 'POST', body: new URLSearchParams({ token }), headers: asServer });
  await ask();
  const counted: CountedOperation[] = [];
  for (const [operation, request] of [
    [{ name: 'client_credentials, opaque token', function: 'Token' }, issue],
    [{ name: 'introspection of an opaque token', function: 'Introspection' }, ask],
  ] as const) {
    client.letCachesExpire();
    counted.push(await count({ ...operation, state: 'stale' }, request));
    counted.push(await count({ ...operation, state: 'warm' }, request));
  }
  return counted;
}
