import type { PageRequest } from '../../ports/registry-store.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { FieldRefusal } from '../../registry/refusal.ts';

const usualLimit = 50;
const highestLimit = 100;

/** Reads `limit` and `cursor` of a listing. */
export function readPageRequest(query: string): Result<PageRequest, FieldRefusal> {
  const parameters = new URLSearchParams(query);
  const limits = parameters.getAll('limit');
  const cursors = parameters.getAll('cursor');
  if (limits.length > 1 || cursors.length > 1) {
    return invalid(limits.length > 1 ? 'limit' : 'cursor', 'must not be repeated');
  }
  const limit = limits[0] ?? String(usualLimit);
  if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > highestLimit) {
    return invalid('limit', `must be 1 to ${highestLimit}`);
  }
  const [cursor = ''] = cursors;
  return ok({ limit: Number(limit), ...(cursor !== '' && { cursor }) });
}

export function invalid(field: string, fix: string): Result<never, FieldRefusal> {
  return refuse({ reason: 'field_invalid', field, fix });
}
