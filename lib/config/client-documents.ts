import * as v from 'valibot';
import type { VestibuleConfig } from './config.ts';
import { fields, flag, listOf, oneOf, textThat } from './fields.ts';
import { show } from './problem.ts';
import { customRedirectUrisOf } from './registration.ts';

const isHost = (text: string): boolean => /^(?:\*\.)?(?:[a-z0-9-]+\.)*[a-z0-9-]+$/.test(text);
const noHost = (pattern: string): string =>
  `${show(pattern)} is not a host; write it as 'example.com', or '*.example.com' for all below it`;

/** A host, or all below one. */
const host = textThat((pattern) => {
  const [name = ''] = pattern.split(':');
  if (isHost(pattern)) return undefined;
  return isHost(name)
    ? `${show(pattern)} names a port, and a host is denied on every port; write ${show(name)}`
    : noHost(pattern);
});

/** The same on one port. */
const hostAndPort = textThat((pattern) => {
  const [name = '', port, ...more] = pattern.split(':');
  if (!isHost(name) || more.length > 0) return noHost(pattern);
  if (port === undefined) return undefined;
  if (port === '443') return `${show(pattern)} names the usual port; write ${show(name)}`;
  const isPort = /^[1-9][0-9]{0,4}$/.test(port) && Number(port) < 65_536;
  return isPort ? undefined : `${show(pattern)} names no port; write it as '${name}:8443'`;
});

export const clientMetadataDocuments = fields({
  allow: v.optional(listOf(hostAndPort)),
  deny: v.optional(listOf(host)),
  curated: v.optional(
    listOf(fields({ host: hostAndPort, consent: v.optional(oneOf(['asked', 'implied'])) })),
  ),
  pinnedCopies: v.optional(flag()),
});

interface Curating {
  readonly clientMetadataDocuments?:
    { readonly curated?: readonly { readonly host: string }[] | undefined } | undefined;
}

/** Whether the config vouches for the clients of any host. */
export function curatesHosts({ clientMetadataDocuments }: Curating): boolean {
  return (clientMetadataDocuments?.curated ?? []).length > 0;
}

/** What functions are told of whose documents are clients: `none` where nobody signs in. */
export function clientDocumentsOf(config: VestibuleConfig): string {
  if ((config.identityProviders ?? []).length === 0) return 'none';
  const { pinnedCopies = true, ...policy } = config.clientMetadataDocuments ?? {};
  return JSON.stringify({ ...policy, customRedirectUris: customRedirectUrisOf(config), pinnedCopies });
}
