import type { SubjectKind } from '../../ports/registry.ts';

/** A person's id and a workload's begin so, and a client's can not. */
export function subjectKind(sub: string): SubjectKind {
  if (sub.startsWith('person.')) return 'person';
  return sub.startsWith('workload.') ? 'workload' : 'agent';
}
