import { canonicalResourceUri } from '../../oauth/resource/canonical-uri.ts';
import type { DeclarationContext } from './fields.ts';

interface Declared {
  readonly id: string;
  readonly uri: string;
  readonly kind: 'mcp-server' | 'agent' | 'egress';
  readonly audience?: string | undefined;
  readonly clients?: 'declared' | 'any' | undefined;
  readonly delegations?: readonly unknown[] | undefined;
  readonly actor?: string | undefined;
}

/** Where the proxy takes calls for the third party of that id: the URI of the resource that goes with it. */
export function egressUri({ issuer }: Pick<DeclarationContext, 'issuer'>, id: string): string {
  return `${issuer}/egress/${id}`;
}

/** The proxy takes tokens for its own URIs, and for no others. */
export function egressUriProblem(
  { id, uri, kind }: Pick<Declared, 'id' | 'uri' | 'kind'>,
  context: DeclarationContext,
): string | undefined {
  const canonical = canonicalResourceUri(egressUri(context, id), context.hosts);
  if (kind === 'egress') {
    if (canonical.ok && uri === canonical.value) return undefined;
    return `is not where the proxy takes calls for "${id}", which a resource of kind "egress" is; write ${egressUri(context, id)}`;
  }
  const proxy = canonicalResourceUri(egressUri(context, ''), context.hosts);
  const isProxys = proxy.ok && (uri === proxy.value || uri.startsWith(`${proxy.value}/`));
  return isProxys
    ? 'is where the proxy takes calls for third parties; set kind to "egress", or name another'
    : undefined;
}

const isGiven = {
  audience: ({ audience, uri }: Declared) => audience !== undefined && audience !== uri,
  clients: ({ clients }: Declared) => clients === 'any',
  delegations: ({ delegations = [] }: Declared) => delegations.length > 0,
  actor: ({ actor }: Declared) => actor !== undefined,
} as const;

/** Nobody answers there but the proxy, which acts for none but whom a token names. */
export function strayAtProxy(member: keyof typeof isGiven, declared: Declared): string | undefined {
  if (declared.kind !== 'egress' || !isGiven[member](declared)) return undefined;
  return 'does not belong to a resource of kind "egress", whose server is the proxy; remove it';
}
