import type {
  upstreamLogout,
  UpstreamLogoutRefusal,
  UpstreamLogoutRequest,
} from '../oauth/people/upstream-logout.ts';
import type { Clock } from '../runtime/clock.ts';
import { bodyRefused } from './body-refusal.ts';
import { readForm } from './form.ts';
import type { Endpoint, HttpResponse } from './message.ts';
import { methods } from './methods.ts';
import { errorJson } from './respond.ts';
import { type Route, route } from './routes.ts';

/**
 * `/backchannel-logout/{idp}`: where identity providers tell who has signed out; and below it to each client that is one of its
 * own there.
 */
export function backchannelLogoutRoutes(
  logout: ReturnType<typeof upstreamLogout>,
  clock: Clock,
): readonly Route[] {
  const told = endpointOf(logout, clock);
  return [
    route('/backchannel-logout/{idp}', (incoming, { idp }) => told({ idp })(incoming)),
    route('/backchannel-logout/{idp}/{client}', (incoming, { idp, client }) =>
      told({ idp, enrolled: client })(incoming),
    ),
  ];
}

function endpointOf(
  logout: ReturnType<typeof upstreamLogout>,
  clock: Clock,
): (to: Pick<UpstreamLogoutRequest, 'idp' | 'enrolled'>) => Endpoint {
  return (to) =>
    methods({
      POST: async (request) => {
        const form = readForm(request);
        if (!form.ok) return bodyRefused(form.refusal);
        const { requestId, sourceAddress } = request;
        const asked: UpstreamLogoutRequest = {
          ...{ ...to, requestId, sourceAddress },
          token: form.value.values.get('logout_token'),
        };
        const outcome = await logout(asked, clock());
        return outcome.ok ? done : refused(outcome.refusal);
      },
    });
}

// OIDC Back-Channel Logout §2.8: 200, and kept by nobody.
const done: HttpResponse = { status: 200, headers: { 'cache-control': 'no-store' }, body: '' };

/** OIDC Back-Channel Logout §2.8: 400 for a token that is not taken, with the reason for those who set up the provider. */
function refused(refusal: UpstreamLogoutRefusal): HttpResponse {
  switch (refusal.reason) {
    case 'too_many_requests':
      return errorJson(429, 'too_many_requests', 'too many requests come from this address', {
        'retry-after': String(refusal.retryAfterSeconds),
      });
    case 'idp_unknown':
      return errorJson(404, 'not_found', 'there is no identity provider of that id');
    case 'logout_token_missing':
      return errorJson(400, 'invalid_request', 'logout_token is missing');
    case 'logout_token_invalid':
      return errorJson(400, 'invalid_request', `the logout_token is not taken: ${refusal.problem}`);
    case 'logout_token_used':
      return errorJson(400, 'invalid_request', 'the logout_token was used before');
  }
}
