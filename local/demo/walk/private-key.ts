import { randomBytes } from 'node:crypto';
import { PrivateKeyJwtProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { connect } from './mcp-client.ts';
import { vestibule } from './vestibule-command.ts';
import type { Walk } from './walk-context.ts';

/** A client registered while everything runs, which proves itself with a key that never leaves it. */
export async function privateKey({
  endpoints,
  report,
  fetch,
  takeExchanges,
  undoLater,
}: Walk): Promise<void> {
  report.step('A client with a key pair instead of a secret is registered and calls');
  const clientId = `demo-${randomBytes(4).toString('hex')}`;
  const { privateKey: key, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'demo', alg: 'ES256', use: 'sig' }] };
  await vestibule(
    report,
    ...['client', 'add', clientId, '--agent', 'planner', '--method', 'private_key_jwt'],
    ...['--jwks', JSON.stringify(jwks), '--json'],
  );
  undoLater(() => vestibule(report, 'client', 'remove', clientId));

  const provider = new PrivateKeyJwtProvider({
    clientId,
    privateKey: await exportPKCS8(key),
    algorithm: 'ES256',
    expectedIssuer: endpoints.issuer,
  });
  const session = await connect(endpoints.mcp, provider, fetch);
  const answer = await session.call('list_orders');
  await session.close();
  const asked = takeExchanges().find(({ request }) => request.url === endpoints.endpoints.token);
  report.check('it sent an assertion and no secret', /client_assertion=/, asked?.request.body);
  report.check('the tool answers', /asked by planner\)/, answer);
}
