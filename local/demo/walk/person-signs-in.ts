import { connect } from './mcp-client.ts';
import type { AtWork } from './at-work.ts';
import type { Walk } from './walk-context.ts';

/** Alice's client knows the URL of an MCP server and nothing else. She signs in at her company, says yes once, and works. */
export async function personSignsIn(walk: Walk, alice: AtWork): Promise<void> {
  const { endpoints, report, fetch, takeExchanges } = walk;
  report.step(`Alice gives ${endpoints.mcp} to a client that nobody registered`);
  takeExchanges();
  await report.refused('the client needs somebody to sign in', /Unauthorized/, () =>
    connect(endpoints.mcp, alice.client.provider, fetch),
  );
  const wire = takeExchanges().map(
    ({ request, response }) => `${request.method} ${new URL(request.url).pathname} ${response.status}`,
  );
  report.check(
    'it found the way by itself: 401, the metadata of the server, that of the authorization server',
    'POST /mcp 401, GET /.well-known/oauth-protected-resource/mcp 200, GET /.well-known/oauth-authorization-server 200',
    wire.join(', '),
  );
  const pages = await alice.signIn();
  report.check('she was asked once, and signed in at her company', 2, pages.length);
  report.check('the page names the client', /Notebook/, pages[0]);
  const session = await connect(endpoints.mcp, alice.client.provider, fetch);
  report.check(
    'the tool answers her, by her name for ever and not by her address',
    /open orders.*asked by person\.[\w-]{43} through /,
    await session.call('list_orders'),
  );
  await session.close();

  report.step('Alice comes back: she has said yes, and is not asked again');
  alice.client.keep(undefined);
  report.check('the client lost its tokens', 'REDIRECT', await alice.authorize('tools:read'));
  report.check('no page asks her anything', 0, (await alice.signIn()).length);
  report.check('and the client has tokens', 'string', typeof alice.client.tokens()?.access_token);
}
