import type { ClientConsent, ConsentedScope } from '../../ports/consents.ts';
import type { Client } from '../../ports/registry.ts';

/**
 * Whether the config speaks for the people: of a client that it declares, or of a metadata document that it vouches for.
 * Nothing that a client says of itself can make it so.
 */
export function isConsentImplied({ consent, managedBy }: Client): boolean {
  return consent === 'implied' && isVouchedFor({ managedBy });
}

/** Whether somebody here answers for a client: who declared it, or who listed the host of its metadata document. */
export function isVouchedFor({ managedBy }: Pick<Client, 'managedBy'>): boolean {
  return managedBy.kind === 'document' ? managedBy.curated : managedBy.kind !== 'self';
}

/** Whether a person granted the same to the same client before: nothing more, nowhere else, no longer. */
export function isCovered(
  consents: readonly ClientConsent[],
  client: Client,
  fingerprint: string,
  asked: ConsentedScope,
): boolean {
  const consent = consents.find(({ clientId }) => clientId === client.id);
  if (consent?.fingerprint !== fingerprint) return false;
  const fitting = consent.granted.filter(
    ({ resource, offline }) => resource === asked.resource && (offline || !asked.offline),
  );
  const scope = fitting.flatMap((granted) => granted.scope);
  return fitting.length > 0 && asked.scope.every((name) => scope.includes(name));
}

/** Whether what is asked for now is nothing but what was shown. */
export function isWithin(asked: ConsentedScope, shown: ConsentedScope): boolean {
  return (
    asked.resource === shown.resource &&
    (shown.offline || !asked.offline) &&
    asked.scope.every((name) => shown.scope.includes(name))
  );
}

/** What is left of a consent when the request is read again: undefined where it was for another resource. */
export function standingTerms(given: ConsentedScope, asked: ConsentedScope): ConsentedScope | undefined {
  if (given.resource !== asked.resource) return undefined;
  return {
    ...(given.resource !== undefined && { resource: given.resource }),
    scope: given.scope.filter((name) => asked.scope.includes(name)),
    offline: given.offline && asked.offline,
  };
}
