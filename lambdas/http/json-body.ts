import { ok, refuse, type Result } from '../runtime/result.ts';
import type { BodyRefusal } from './body-refusal.ts';
import { isMediaType } from './media-type.ts';
import type { HttpRequest } from './message.ts';
import { readUtf8 } from './utf8.ts';

/** The parsed JSON of a request's body, of whatever shape. */
export function readJson(request: HttpRequest): Result<unknown, BodyRefusal> {
  if (!isMediaType(request.headers['content-type'], 'application/json'))
    return refuse({ reason: 'not_json' });
  const text = readUtf8(request.body);
  if (text === undefined) return refuse({ reason: 'not_utf8' });
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    return refuse({ reason: 'json_malformed' });
  }
}
