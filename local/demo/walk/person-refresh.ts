import type { AtWork } from './at-work.ts';
import type { Walk, WalkAnswer } from './walk-context.ts';

/** A client stays signed in while its person is away, and a stolen copy of its token is worth nothing. */
export async function personRefresh(walk: Walk, alice: AtWork): Promise<void> {
  const { report } = walk;
  report.step('The next morning: the client refreshes, nobody is asked');
  const first = refreshTokenOf(alice);
  report.check('it gets new tokens by itself', 'AUTHORIZED', await alice.authorize());
  const second = refreshTokenOf(alice);
  report.check('the refresh token is another one', 'rotated', first === second ? 'the same' : 'rotated');
  const again = await refresh(walk, alice, first);
  report.check(
    'a second process that still had the first one gets the very same successor',
    second,
    again.body['refresh_token'] as string,
  );

  report.step('Somebody made up a token of this family');
  const forged = await refresh(walk, alice, `${second.slice(0, -8)}AAAAAAAA`);
  report.check('it is refused', 'invalid_grant', String(forged.body['error']));
  const after = await refresh(walk, alice, second);
  report.check(
    'and the family has ended, for there are two who hold it',
    'invalid_grant',
    String(after.body['error']),
  );
}

export function refreshTokenOf({ client }: Pick<AtWork, 'client'>): string {
  return client.tokens()?.refresh_token ?? '';
}

/** A refresh of which the walk sees the answer, whatever it is. */
export async function refresh(
  { endpoints, fetch }: Walk,
  { client }: Pick<AtWork, 'client'>,
  refreshToken: string,
): Promise<WalkAnswer> {
  const response = await fetch(endpoints.endpoints.token, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: client.clientId() ?? '',
    }).toString(),
  });
  return { status: response.status, body: (await response.json()) as WalkAnswer['body'] };
}
