import type { GrantTerms } from '../../ports/grants.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { GrantRefusal } from '../refusal.ts';
import { canonicalResourceUri } from '../resource/canonical-uri.ts';

/**
 * RFC 8707 §2.2: what a token request names is among what was granted, which is one resource at most. Clients that name
 * none mean that one (IX-41), and older ones spell it with a slash at its end.
 */
export function grantedResource(
  { resource }: Pick<GrantTerms, 'resource'>,
  named: readonly string[],
): Result<GrantTerms['resource'], GrantRefusal> {
  const isGranted = (text: string): boolean => {
    const uri = canonicalResourceUri(text, 'loopback');
    return uri.ok && uri.value === resource;
  };
  return named.every(isGranted) ? ok(resource) : refuse({ reason: 'resource_not_granted' });
}
