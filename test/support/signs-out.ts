import type { ServerResponse } from 'node:http';

/** OIDC RP-Initiated Logout §3: sends the person back, who is signed out by then. */
export function signsOut(query: URLSearchParams, response: ServerResponse): void {
  const back = new URL(query.get('post_logout_redirect_uri') ?? '');
  const state = query.get('state');
  if (state !== null) back.searchParams.set('state', state);
  response.writeHead(303, { location: back.href }).end();
}
