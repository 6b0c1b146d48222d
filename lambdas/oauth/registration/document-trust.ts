import * as v from 'valibot';

/**
 * Whose metadata documents are taken, by host: `example.com`, or `*.example.com` for all below it. On a port other than the
 * usual one another may be serving: `allow` and `curated` name it, `example.com:8443`, and `deny` is for every port.
 */
const policyShape = v.object({
  /** Absent: all that `deny` does not name. */
  allow: v.exactOptional(v.array(v.string())),
  deny: v.exactOptional(v.array(v.string())),
  curated: v.exactOptional(
    v.array(v.object({ host: v.string(), consent: v.exactOptional(v.picklist(['asked', 'implied'])) })),
  ),
  /** Redirect URIs with a scheme of an app's own that are taken. */
  customRedirectUris: v.array(v.string()),
  /** Whether copies of well-known documents stand in for those that their hosts refuse us. */
  pinnedCopies: v.boolean(),
});

export type DocumentPolicy = v.InferOutput<typeof policyShape>;

/** Bytes of a metadata document (AS-13). */
export const largestDocument = 5_120;

/** Reads the policy from the environment: JSON, or `none` where no documents are taken. */
export function readDocumentPolicy(text: string): DocumentPolicy | undefined {
  return text === 'none' ? undefined : v.parse(policyShape, JSON.parse(text));
}

/** How far the documents of a URL's host are trusted; denied wins over all else. */
export type Trust =
  | { readonly kind: 'denied' }
  | { readonly kind: 'taken' }
  | { readonly kind: 'curated'; readonly consent: 'asked' | 'implied' };

export function trustIn({ host, hostname }: URL, { allow, deny = [], curated = [] }: DocumentPolicy): Trust {
  if (deny.some((pattern) => covers(pattern, hostname))) return { kind: 'denied' };
  const entry = curated.find((candidate) => covers(candidate.host, host));
  if (entry !== undefined) return { kind: 'curated', consent: entry.consent ?? 'asked' };
  const isTaken = allow === undefined || allow.some((pattern) => covers(pattern, host));
  return { kind: isTaken ? 'taken' : 'denied' };
}

function covers(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}
