import type { HttpResponse } from './message.ts';

/** A JSON answer. Absent members stay absent: no `null` ever reaches the wire (IX-21). */
export function json(
  status: number,
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

/** An answer that is a signed JWT, of that media type. */
export function signed(
  mediaType: `application/${string}+jwt`,
  jwt: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status: 200,
    headers: { 'content-type': mediaType, 'cache-control': 'no-store', ...headers },
    body: jwt,
  };
}

/** An error in the shape of RFC 6749 §5.2, which every endpoint uses. */
export function errorJson(
  status: number,
  error: string,
  description: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return json(status, { error, error_description: description }, headers);
}
