import type { HttpResponse } from './message.ts';

/** 303, so that no browser sends a form on. */
export function seeOther(location: string): HttpResponse {
  return {
    status: 303,
    headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
    body: '',
  };
}
