import type { ChangeRecord } from '../ports/registry-store.ts';
import type { ManagedBy, Registration } from '../ports/registry.ts';
import type { Instant } from '../runtime/clock.ts';

/** In whose name a change is made. What he registers is his. */
export interface Author {
  readonly managedBy: ManagedBy;
  readonly at: Instant;
  readonly requestId: string;
}

/** How the audit trail names an author: an operator's ARN, `deployment/<stack>`, or `self` for a client of its own. */
export function nameOf(managedBy: ManagedBy): string {
  switch (managedBy.kind) {
    case 'operator':
      return managedBy.arn;
    case 'deployment':
      return `deployment/${managedBy.deployment}`;
    case 'self':
    case 'document':
      return managedBy.kind;
  }
}

export function recordOf(author: Author, event: string): ChangeRecord {
  return { event, actor: nameOf(author.managedBy), at: author.at, requestId: author.requestId };
}

export function firstRegistration(author: Author): Registration {
  return { state: 'active', managedBy: author.managedBy, createdAt: author.at, updatedAt: author.at };
}

/** The registration of a thing whose declaration changes: its state and its owner stay what they are. */
export function keptRegistration(thing: Registration, author: Author): Registration {
  const { state, managedBy, createdAt } = thing;
  return { state, managedBy, createdAt, updatedAt: author.at };
}
