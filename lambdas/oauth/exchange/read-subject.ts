import type { Result } from '../../runtime/result.ts';
import type { GrantContext } from '../grants/grant.ts';
import type { GrantRefusal } from '../refusal.ts';
import { exchangeRefused } from './refusal.ts';
import type { Subject, SubjectReader } from './subject.ts';

/** Reads a `subject_token` by the first of the readers whose it is. */
export async function readSubject(
  readers: readonly SubjectReader[],
  { token, type }: { readonly token: string; readonly type: string },
  context: GrantContext,
): Promise<Result<Subject, GrantRefusal>> {
  const possible = readers.filter(({ types }) => types.includes(type));
  if (possible.length === 0) {
    const known = new Set(readers.flatMap(({ types }) => types));
    return exchangeRefused('subject_token_type_unknown', [...known].join(' '));
  }
  for (const reader of possible) {
    const subject = await reader.read(token, type, context);
    if (subject !== undefined) return subject;
  }
  return exchangeRefused('subject_token_unknown');
}
