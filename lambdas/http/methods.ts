import type { Endpoint } from './message.ts';
import { errorJson } from './respond.ts';

/** An endpoint of several methods. HEAD goes where GET goes (the rim drops the body); the rest is 405 with `Allow`. */
export function methods(endpoints: Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', Endpoint>>): Endpoint {
  const byMethod = new Map<string, Endpoint>(Object.entries(endpoints));
  if (endpoints.GET !== undefined) byMethod.set('HEAD', endpoints.GET);
  const allow = [...byMethod.keys()].sort().join(', ');
  return async (request) => {
    const endpoint = byMethod.get(request.method);
    if (endpoint !== undefined) return endpoint(request);
    return errorJson(405, 'invalid_request', `use ${allow}`, { allow });
  };
}
