import { test } from 'vitest';

import { isRequirementId, type RequirementId } from './requirements.ts';

/**
 * A test that proves requirements of the manifest. Throws at registration for an id the manifest does not know, and
 * is read statically by the coverage gate: write the ids as literals.
 */
export function verifies(
  ids: RequirementId | readonly RequirementId[],
  name: string,
  body: () => Promise<void> | void,
  timeoutMilliseconds?: number,
): void {
  const cited: readonly string[] = [ids].flat();
  const unknown = cited.filter((id) => !isRequirementId(id));
  if (unknown.length > 0 || cited.length === 0) {
    throw new Error(`not in test/spec/requirements.ts: ${unknown.join(', ') || '(no id at all)'}`);
  }
  test(`${name} (${cited.join(', ')})`, body, timeoutMilliseconds);
}
