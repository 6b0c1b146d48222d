import type { ConnectDeadEnd } from '../oauth/connect/connect-ports.ts';
import type { ConnectRefusal } from '../ports/connecting.ts';
import type { MessageView } from './pages/message.ts';

type Words = Pick<MessageView, 'status' | 'title' | 'paragraphs' | 'retryAfter'>;
type Reason = ConnectDeadEnd['reason'];
type Told<Of extends Reason> = (
  deadEnd: Extract<ConnectDeadEnd, { readonly reason: Of }>,
  who: string,
) => Words;

const unchanged = 'Nothing was connected, and nothing was changed.';

/** Why an account is not connected, and what to do. `who`: the third party, as people know it. */
export function deadEndWords(deadEnd: ConnectDeadEnd, who: string): Words {
  const tell = explanations[deadEnd.reason] as (deadEnd: ConnectDeadEnd, who: string) => Words;
  return tell(deadEnd, who);
}

function words(status: number, title: string, ...paragraphs: readonly string[]): Words {
  return { status, title, paragraphs };
}

const explanations: { readonly [Of in Reason]: Told<Of> } = {
  too_many_requests: ({ retryAfterSeconds: retryAfter }) => ({
    ...words(
      429,
      'Too many requests',
      'Too many requests come from your address. Wait a little and try again.',
    ),
    retryAfter,
  }),
  provider_unknown: () =>
    words(404, 'Nothing to connect here', 'No third party of that name is known here. Check the address.'),
  provider_disabled: (_, who) =>
    words(
      403,
      'This is switched off',
      `${who} is switched off here by an administrator. Ask them if you need it.`,
    ),
  provider_not_for_people: (_, who) =>
    words(
      404,
      'Nobody connects an account here',
      `${who} is used by an account of the company, which nobody has to connect.`,
    ),
  group_not_theirs: (_, who) =>
    words(
      403,
      'You cannot connect this account',
      `There is no such group of agents at ${who}, or your roles do not let you connect its account.`,
      'Roles are those that you had when you signed in: if you were given one since, sign out and in again.',
    ),
  nothing_offered: (_, who) =>
    words(404, 'Nothing to connect here', `No agent is offered here that would use your account at ${who}.`),
  not_offered: (_, who) =>
    words(
      403,
      'That is not offered',
      `An agent may not be let do that at ${who}, or may no longer.`,
      unchanged,
    ),
  disconnecting: (_, who) =>
    words(
      409,
      'It is still being disconnected',
      `No agent uses the account before any more, and ${who} is asked to revoke it. Try again when it has, in a few minutes.`,
    ),
  form_expired: () =>
    words(403, 'This page is too old', 'It was open for too long, or belongs to another sign-in.', unchanged),
  unknown: () =>
    words(400, 'Unknown connection', 'Nobody began here what this answer belongs to.', unchanged),
  expired: () =>
    words(400, 'It took too long', 'More than ten minutes have passed since you began.', unchanged),
  other_session: () =>
    words(
      403,
      'Begun by somebody else',
      'This was not begun in this browser, or you have signed out or in since.',
      'If you did not begin it yourself, somebody may have wanted you to connect an account of theirs.',
      unchanged,
    ),
  other_provider: () =>
    words(
      400,
      'Somebody else answered',
      'The answer comes from another third party than the one you were sent to.',
      unchanged,
    ),
  other_issuer: (_, who) =>
    words(400, 'Somebody else answered', `The answer does not say that it comes from ${who}.`, unchanged),
  answer_incomplete: (_, who) =>
    words(502, 'That answer is none', `${who} sent you back without saying what came of it.`, unchanged),
  denied: ({ error }, who) =>
    error === 'access_denied'
      ? words(403, 'You did not allow it', `${who} says that access was denied.`, unchanged)
      : words(
          502,
          `${who} refused`,
          `It answered with the error ${error}. Tell your administrators.`,
          unchanged,
        ),
  not_connected: ({ refusal }, who) => notConnected(refusal, who),
  over: (_, who) =>
    words(
      409,
      'It is not connected',
      `This answer was taken before, and no account at ${who} is connected. Begin again.`,
    ),
};

function notConnected(refusal: ConnectRefusal, who: string): Words {
  switch (refusal.kind) {
    case 'refused':
      return words(
        502,
        'It is not connected',
        `${who} did not give what was asked. Begin again; if that does not help, tell your administrators.`,
      );
    case 'scopes_missing':
      return words(
        403,
        'It is not connected',
        `You allowed less at ${who} than the agents need that you chose. Missing: ${refusal.missing.join(', ')}.`,
        'Begin again, and allow it there, or choose less here.',
      );
    case 'provider_gone':
      return words(
        403,
        'This is switched off',
        `${who} was switched off meanwhile. Ask your administrators.`,
      );
    case 'busy':
      return words(
        409,
        'It is not connected',
        'This account was connected or disconnected in another place at the same time. Begin again.',
      );
  }
}
