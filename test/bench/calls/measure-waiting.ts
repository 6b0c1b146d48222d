import { type Answer, drive } from '../../spec/support/driver.ts';
import { deviceGrant } from '../../spec/support/devices.ts';
import type { TestDeployment } from '../../support/deployment.ts';
import type { Count, CountedOperation } from './counted.ts';

const redirect = 'http://127.0.0.1/callback';

/** What requests need that wait for a person: one that is pushed, one of a device, and the device that asks meanwhile. */
export async function countWaiting(
  deployment: TestDeployment,
  resource: string,
  count: Count,
): Promise<readonly CountedOperation[]> {
  const client = drive(deployment);
  await client.register('clients', {
    ...{ client_id: 'terminal', client_name: 'Terminal', redirect_uris: [redirect] },
    ...{ token_endpoint_auth_method: 'none', grant_types: ['authorization_code', deviceGrant] },
  });
  const send = (path: string, form: Readonly<Record<string, string>>): Promise<Answer> =>
    client.send(path, {
      ...{ method: 'POST', body: new URLSearchParams({ client_id: 'terminal', ...form }) },
    });
  const asked = { resource, scope: 'search:read' };
  const begin = () => send('/device_authorization', asked);
  const { body } = await begin();
  const polling = { grant_type: deviceGrant, device_code: String(body['device_code']) };
  const operations = {
    'request pushed': {
      function: 'Requests',
      request: async () =>
        asIs(
          await send('/par', {
            ...{ ...asked, redirect_uri: redirect, response_type: 'code', code_challenge_method: 'S256' },
            code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
          }),
          ({ status }) => status === 201,
        ),
    },
    'device begins': { function: 'Requests', request: begin },
    'device asks, nobody has decided': {
      function: 'Token',
      request: async () =>
        asIs(await send('/token', polling), ({ body: told }) => told['error'] === 'authorization_pending'),
    },
  } as const;
  const counted: CountedOperation[] = [];
  for (const [name, { function: label, request }] of Object.entries(operations)) {
    await request();
    client.letCachesExpire();
    counted.push(await count({ name, state: 'stale', function: label }, request));
    // A device that asks each five seconds comes to an instance that has read nothing in that time.
    if (label === 'Requests') counted.push(await count({ name, state: 'warm', function: label }, request));
  }
  return counted;
}

/** An answer that is as it should be, in the only status that counts as done. */
function asIs(answer: Answer, isSo: (answer: Answer) => boolean): Pick<Answer, 'status' | 'text'> {
  return isSo(answer) ? { status: 200, text: '' } : answer;
}
