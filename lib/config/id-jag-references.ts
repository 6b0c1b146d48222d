import { didYouMean, pathOf, type Problem, show } from './problem.ts';
import type { SoundParts } from './sound-parts.ts';

type Anchor = SoundParts['trustAnchors'][number];

const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** What ID-JAGs of an issuer need: something that they give, and somebody who presents them. */
export function termsOfIdJags(anchor: Anchor, index: number, { clients }: SoundParts): readonly Problem[] {
  if (!anchor.accepts.includes('id_jag')) return [];
  const problems: Problem[] = [];
  if (anchor.grants.length === 0) {
    const text = 'is missing; write what an ID-JAG gives at most: nothing is given by itself';
    problems.push({ path: pathOf(['trustAnchors', index, 'grants']), text });
  }
  if (anchor.clients === undefined && !clients.some(({ grants }) => grants?.includes(grant))) {
    const text = `names 'id_jag', and no client may present one; add '${grant}' to the grants of a client, or name one in clients`;
    problems.push({ path: pathOf(['trustAnchors', index, 'accepts']), text });
  }
  return problems;
}

/** How often one counts is said of those alone that are presented by themselves. */
export function usesOf({ accepts, reusable }: Anchor, index: number): readonly Problem[] {
  if (reusable !== true || accepts.includes('workload') || accepts.includes('id_jag')) return [];
  const text = 'is about assertions of workloads and ID-JAGs, and it accepts neither; remove it';
  return [{ path: pathOf(['trustAnchors', index, 'reusable']), text }];
}

/** The clients of the config that it names hold the grant. Documents get it by being named, where there are such clients. */
export function presentersOf(anchor: Anchor, index: number, config: SoundParts): readonly Problem[] {
  const { accepts, clients: named } = anchor;
  if (named === undefined) return [];
  if (!accepts.includes('id_jag')) {
    const text = "is about ID-JAGs, which it does not accept; remove it or accept 'id_jag'";
    return [{ path: pathOf(['trustAnchors', index, 'clients']), text }];
  }
  return named.flatMap((id, position) => {
    const text = id.includes(':') ? ofDocument(id, config) : ofClient(id, config);
    return text === undefined ? [] : [{ path: pathOf(['trustAnchors', index, 'clients', position]), text }];
  });
}

function ofDocument(id: string, { identityProviders }: SoundParts): string | undefined {
  return identityProviders.length > 0
    ? undefined
    : `${show(id)} is a metadata document, which is a client only where people sign in; declare a client`;
}

function ofClient(id: string, { clients }: SoundParts): string | undefined {
  const client = clients.find((candidate) => candidate.id === id);
  if (client === undefined) {
    const known = clients.map((candidate) => candidate.id);
    return `${show(id)} is no client of this config; ${known.length === 0 ? 'add it' : didYouMean(id, known)}`;
  }
  return client.grants?.includes(grant)
    ? undefined
    : `${show(id)} does not hold the grant; add '${grant}' to its grants`;
}
