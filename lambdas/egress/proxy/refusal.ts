import { refuse, type Result } from '../../runtime/result.ts';

/** Why a call is not made, or brought no answer of the third party. */
export interface CallRefusal {
  /** For the audit trail. */
  readonly reason: string;
  readonly status: 400 | 401 | 403 | 404 | 413 | 429 | 502 | 503 | 504;
  /** By which an agent tells what to do. */
  readonly error:
    | 'invalid_request'
    | 'invalid_token'
    | 'insufficient_scope'
    | 'access_denied'
    | 'interaction_required'
    | 'not_found'
    | 'content_too_large'
    | 'third_party_busy'
    | 'third_party_unavailable'
    | 'third_party_timed_out'
    | 'third_party_answer_too_large';
  /** For a developer, and with nothing that the caller sent. */
  readonly description: string;
  readonly retryAfterSeconds?: number;
  /** Nothing was done there, though the status leaves it open. */
  readonly isUndone?: true;
  /** Of `insufficient_scope`: what would do. */
  readonly scope?: string;
  /** Of `interaction_required`: where the person is to go. */
  readonly interactionUri?: string;
}

export function badCall(reason: string, description: string): Result<never, CallRefusal> {
  return refuse({ reason, status: 400, error: 'invalid_request', description });
}
