import * as v from 'valibot';
import type { VestibuleConfig } from './config.ts';
import { fields, flag, listOf, oneOf, textThat } from './fields.ts';
import { show } from './problem.ts';
import { customRedirectUrisOf } from './registration.ts';

/** A host, or all below one. */
const host = textThat((pattern) =>
  /^(?:\*\.)?(?:[a-z0-9-]+\.)*[a-z0-9-]+$/.test(pattern)
    ? undefined
    : `${show(pattern)} is not a host; write it as 'example.com', or '*.example.com' for all below it`,
);

export const clientMetadataDocuments = fields({
  allow: v.optional(listOf(host)),
  deny: v.optional(listOf(host)),
  curated: v.optional(listOf(fields({ host, consent: v.optional(oneOf(['asked', 'implied'])) }))),
  pinnedCopies: v.optional(flag()),
});

/** What functions are told of whose documents are clients: `none` where nobody signs in. */
export function clientDocumentsOf(config: VestibuleConfig): string {
  if ((config.identityProviders ?? []).length === 0) return 'none';
  const { pinnedCopies = true, ...policy } = config.clientMetadataDocuments ?? {};
  return JSON.stringify({ ...policy, customRedirectUris: customRedirectUrisOf(config), pinnedCopies });
}
