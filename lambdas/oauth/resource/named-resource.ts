import type { ResourceUri } from '../../runtime/identifiers.ts';
import type { Parameters } from '../parameters.ts';
import { canonicalResourceUri } from './canonical-uri.ts';

/** The first resource that a request names, so that one read brings it along with the client. It decides nothing. */
export function namedResource({ resources: [text] }: Parameters): ResourceUri | undefined {
  const uri = text === undefined ? undefined : canonicalResourceUri(text, 'loopback');
  return uri?.ok === true ? uri.value : undefined;
}
