import type { HttpResponse } from '../../http/message.ts';
import { errorJson, json } from '../../http/respond.ts';
import { describe, type RegistryRefusal } from '../../registry/refusal.ts';

/** The one place where a refusal of the registry becomes a status. */
export function refused(refusal: RegistryRefusal): HttpResponse {
  const description = describe(refusal);
  switch (refusal.reason) {
    case 'field_invalid':
      return withField(400, 'invalid_request', description, refusal.field);
    case 'conflict':
      return withField(409, 'conflict', description, refusal.field);
    case 'enrolment_full':
    case 'enrolment_refused':
      return errorJson(409, 'conflict', description);
    case 'not_found':
      return errorJson(404, 'not_found', description);
  }
}

export function withField(status: number, error: string, description: string, field = ''): HttpResponse {
  return json(status, { error, error_description: description, ...(field !== '' && { field }) });
}

export const noContent: HttpResponse = { status: 204, headers: { 'cache-control': 'no-store' }, body: '' };
