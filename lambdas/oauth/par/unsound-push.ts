import type { PageRefusal, RequestRefusal } from '../authorization/refusal.ts';
import type { UnsoundRequest } from '../refusal.ts';

/**
 * RFC 9126 §2.3: a request that is not sound is refused where it is pushed, by the error that the client would have been
 * told at its redirect URI, or by that of the page which the person would have seen.
 */
export function unsoundPush(refused: RequestRefusal): UnsoundRequest {
  if (refused.tell === 'person') {
    const { reason: why } = refused.refusal;
    return { reason: 'request_unsound', why, ...(words[why] ?? ended) };
  }
  const { reason: why, error, description } = refused.refusal;
  return { reason: 'request_unsound', why, error, description };
}

/** The others are of clients that have just proved themselves: they ended meanwhile. */
const words: Readonly<Partial<Record<PageRefusal['reason'], Omit<UnsoundRequest, 'reason' | 'why'>>>> = {
  redirect_uri_missing: { error: 'invalid_request', description: 'redirect_uri is missing' },
  redirect_uri_not_registered: {
    error: 'invalid_request',
    description: 'the redirect_uri is not one that the client registered',
  },
  client_not_interactive: {
    error: 'unauthorized_client',
    description: 'the client is registered for no sign-in that begins here',
  },
};

const ended = {
  error: 'unauthorized_client',
  description: 'the client is not registered any more, or may not sign people in',
} as const;
