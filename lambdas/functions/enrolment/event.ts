import * as v from 'valibot';
import { isEnrollable } from '../../oauth/enrolment/document-enrolment.ts';
import type { EnrolmentQuestion } from '../../ports/enrolment-questions.ts';

/** One that registered itself, or the digest of the URL of one that is its metadata document. */
const client = v.pipe(v.string(), v.check(isEnrollable));

const question = v.variant('ask', [
  v.object({
    ...{ ask: v.literal('enrol'), client, name: v.string() },
    document: v.exactOptional(v.pipe(v.string(), v.maxLength(512))),
  }),
  v.object({ ask: v.literal('rename'), client, name: v.string() }),
  v.object({ ask: v.literal('leave'), client }),
]);

const scheduled = v.object({ schedule: v.literal('hourly') });

/** Reads what another function asks, or the schedule says. Throws on anything else, which is a defect of ours. */
export function readEnrolmentEvent(event: unknown): EnrolmentQuestion | 'sweep' {
  if (v.is(scheduled, event)) return 'sweep';
  const read = v.safeParse(question, event);
  if (!read.success) throw new Error('a question of another form');
  return read.output as EnrolmentQuestion;
}
