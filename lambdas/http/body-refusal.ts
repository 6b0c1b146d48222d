import type { HttpResponse } from './message.ts';
import { errorJson } from './respond.ts';

/** Why a request's body or query could not be read. */
export type BodyRefusal =
  | { readonly reason: 'not_a_form' }
  | { readonly reason: 'not_json' }
  | { readonly reason: 'not_utf8' }
  | { readonly reason: 'form_malformed' }
  | { readonly reason: 'json_malformed' }
  | { readonly reason: 'parameter_repeated'; readonly name: string };

export function bodyRefused(refusal: BodyRefusal): HttpResponse {
  return errorJson(refusal.reason === 'not_json' ? 415 : 400, 'invalid_request', bodyRefusalText(refusal));
}

/** In the characters of an `error_description`, and readable for a person. */
export function bodyRefusalText(refusal: BodyRefusal): string {
  switch (refusal.reason) {
    case 'not_a_form':
      return 'the content type must be application/x-www-form-urlencoded';
    case 'not_json':
      return 'the content type must be application/json';
    case 'not_utf8':
      return 'the request is not UTF-8';
    case 'form_malformed':
      return 'a percent-encoding is malformed';
    case 'json_malformed':
      return 'the body is not JSON';
    case 'parameter_repeated':
      return `${named(refusal.name)} must not be repeated`;
  }
}

/** A name is the caller's text: shown only where it cannot be mistaken for ours. */
function named(name: string): string {
  return /^[a-z_]{1,64}$/.test(name) ? name : 'a parameter';
}
