import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { connect } from './mcp-client.ts';
import type { AtWork } from './at-work.ts';
import type { Walk } from './walk-context.ts';

const wanted = 'tools:read tools:write';

/** What a person may let a client do is what they hold themselves: their groups at the company decide it. */
export async function personRoles(walk: Walk, alice: AtWork, bob: AtWork): Promise<void> {
  const { endpoints, report, fetch, takeExchanges } = walk;
  report.step('Bob’s client registers itself and asks for more than Bob may do');
  takeExchanges();
  report.check('the client needs somebody to sign in', 'REDIRECT', await bob.authorize(wanted));
  const registered = takeExchanges().find(({ request }) => request.method === 'POST');
  report.check('it registered itself', 201, registered?.response.status);
  report.check('under a name that was made for it', /^dyn_/, bob.client.clientId());
  await bob.signIn();
  report.check(
    'Bob’s group may read and no more: that is what was granted',
    'tools:read',
    bob.client.tokens()?.scope,
  );
  await cancelling(walk, bob);

  report.step('Alice’s group may change things: the same question, the other answer');
  report.check('the client needs her again', 'REDIRECT', await reauthorize(alice, wanted));
  const pages = await alice.signIn();
  report.check('she is asked, because this is more than she allowed', 1, pages.length);
  report.check('both scopes were granted', wanted, alice.client.tokens()?.scope);
  const session = await connect(endpoints.mcp, alice.client.provider, fetch);
  report.check(
    'and the order is cancelled in her name',
    /^A-17 is cancelled \(asked by person\./,
    await session.call('cancel_order', { order: 'A-17' }),
  );
  await session.close();
}

/** A refresh never widens what was granted, so more needs a new authorization. */
async function reauthorize(person: AtWork, scope: string): Promise<string> {
  person.client.keep(undefined);
  return person.authorize(scope);
}

async function cancelling({ endpoints, report, fetch }: Walk, person: AtWork): Promise<void> {
  const session = await connect(endpoints.mcp, person.client.provider, fetch);
  report.check('so he can read', /^2 open orders/, await session.call('list_orders'));
  const refusal: unknown = await session
    .call('cancel_order', { order: 'A-17' })
    .catch((error: unknown) => error);
  await session.close();
  report.check(
    'and is refused to cancel, however often the client asks for the scope',
    403,
    refusal instanceof StreamableHTTPError ? refusal.code : String(refusal),
  );
}
