import { clientProblems } from './client-references.ts';
import { delegationProblems } from './delegation-references.ts';
import { egressProblems, withThirdParties } from './egress-references.ts';
import { foreignProblems } from './foreign-references.ts';
import { downstreamApiProblems } from './downstream-apis.ts';
import { assertionProblems } from './identity-assertion-references.ts';
import { peopleProblems } from './people-references.ts';
import { mutualTlsProblems } from './mutual-tls.ts';
import { didYouMean, pathOf, type Problem, show, unknownReference } from './problem.ts';
import { edgeRegion, regionOf } from './regions.ts';
import type { SoundParts } from './sound-parts.ts';
import { taskProblems } from './tasks.ts';

/** What the parts of a config say about each other, each part sound in itself. */
export function referenceProblems(config: SoundParts): readonly Problem[] {
  const named = withThirdParties(config);
  return [
    ...duplicates('resources', config.resources),
    ...duplicates('agents', config.agents),
    ...duplicates('clients', config.clients),
    ...duplicates('identityProviders', config.identityProviders),
    ...duplicates('roles', config.roles),
    ...duplicates('trustAnchors', config.trustAnchors),
    ...collisions(config),
    ...config.resources.flatMap((resource, index) => agentOfResource(resource, index, config)),
    ...config.agents.flatMap((agent, index) => catalogueOf(agent, index, named)),
    ...config.clients.flatMap((client, index) => clientProblems(client, index, config)),
    ...delegationProblems(named),
    ...peopleProblems(named),
    ...foreignProblems(named),
    ...downstreamApiProblems(config),
    ...egressProblems(config),
    ...assertionProblems(config),
    ...sharedRoles(config),
    ...signersNotAccepted(config),
    ...zoneOfIssuer(config),
    ...issuerOfEdge(config),
    ...mutualTlsProblems(config),
    ...taskProblems(config),
  ];
}

function duplicates(
  list: 'resources' | 'agents' | 'clients' | 'identityProviders' | 'roles' | 'trustAnchors',
  things: readonly { readonly id: string }[],
): Problem[] {
  return things.flatMap(({ id }, index) => {
    const first = things.findIndex((thing) => thing.id === id);
    if (first === index) return [];
    return [
      {
        path: pathOf([list, index, 'id']),
        text: `${show(id)} is the id of ${pathOf([list, first])} too; choose another`,
      },
    ];
  });
}

/** Client ids, agent ids, URIs and audiences all appear as `sub` or `aud`: none may be mistaken for another. */
function collisions({ clients, agents, resources, issuer }: SoundParts): readonly Problem[] {
  const names = [
    ...(issuer
      ? [
          { path: 'issuer.url', value: issuer.url },
          { path: 'the token endpoint of issuer.url', value: `${issuer.url}/token` },
        ]
      : []),
    ...clients.map(({ id }, index) => ({ path: pathOf(['clients', index, 'id']), value: id })),
    ...agents.map(({ id }, index) => ({ path: pathOf(['agents', index, 'id']), value: id })),
    ...resources.map(({ uri }, index) => ({ path: pathOf(['resources', index, 'uri']), value: uri })),
    ...resources.flatMap(({ uri, audience }, index) =>
      audience === undefined || audience === uri
        ? []
        : [{ path: pathOf(['resources', index, 'audience']), value: audience }],
    ),
  ];
  const first = new Map<string, string>();
  return names.flatMap(({ path, value }) => {
    const taken = first.get(value);
    if (taken === undefined) first.set(value, path);
    // Two of one list and field are duplicates, told apart above; only URIs and audiences are not ids.
    if (taken === undefined || isSameIdList(taken, path)) return [];
    return [
      { path, text: `${show(value)} is ${taken} too, and a token could not tell them apart; choose another` },
    ];
  });
}

function isSameIdList(one: string, other: string): boolean {
  return one.endsWith('.id') && one.replace(/\d+/, '') === other.replace(/\d+/, '');
}

function agentOfResource(
  { kind, agent }: SoundParts['resources'][number],
  index: number,
  { agents }: SoundParts,
): Problem[] {
  if (agent === undefined) return [];
  const path = pathOf(['resources', index, 'agent']);
  if (kind !== 'agent') {
    return [
      { path, text: `${show(agent)} stands on a resource that is no agent; add kind: 'agent' or remove it` },
    ];
  }
  return unknownReference(path, agent, 'agent', agents);
}

/** A workload that sends no client_id is known by its role alone. */
function sharedRoles({ clients }: SoundParts): readonly Problem[] {
  const roles = clients.map(({ authentication }) =>
    authentication?.method !== 'aws_iam_jwt' || authentication.role === undefined
      ? undefined
      : `${authentication.issuer ?? ''} ${authentication.role}`,
  );
  return roles.flatMap((role, index) => {
    const first = roles.indexOf(role);
    if (role === undefined || first === index) return [];
    const path = pathOf(['clients', index, 'authentication', 'role']);
    const shown = show(clients[index]?.authentication?.role);
    return [
      { path, text: `${shown} is the role of ${pathOf(['clients', first])} too; a role is one client` },
    ];
  });
}

function signersNotAccepted({ clients, awsCallerIdentity }: SoundParts): readonly Problem[] {
  if (awsCallerIdentity) return [];
  return clients.flatMap(({ authentication }, index) =>
    authentication?.method === 'aws_caller_identity'
      ? [
          {
            path: pathOf(['clients', index, 'authentication', 'method']),
            text: "'aws_caller_identity' is not accepted by this deployment; add awsCallerIdentity: true",
          },
        ]
      : [],
  );
}

function catalogueOf(
  { scopes }: SoundParts['agents'][number],
  index: number,
  { resources }: SoundParts,
): Problem[] {
  return Object.entries(scopes).flatMap(([id, { required = [], optional = [] }]) => {
    const path = pathOf(['agents', index, 'scopes', id]);
    const resource = resources.find((candidate) => candidate.id === id);
    if (resource === undefined) return unknownReference(path, id, 'resource', resources);
    const asked = [...required, ...optional];
    // A resource without scopes is told as such.
    const defined = Object.keys(resource.scopes);
    if (defined.length === 0) return [];
    if (asked.length === 0) return [{ path, text: 'names no scope; write required or optional ones' }];
    return [...new Set(asked)].flatMap((scope) => {
      if (!defined.includes(scope)) {
        return [
          { path, text: `${show(scope)} is no scope of resource '${id}'; ${didYouMean(scope, defined)}` },
        ];
      }
      const twice = asked.filter((other) => other === scope).length > 1;
      return twice
        ? [{ path, text: `${show(scope)} is named twice; a scope is either required or optional` }]
        : [];
    });
  });
}

function zoneOfIssuer({ issuer }: SoundParts): Problem[] {
  if (!issuer?.hostedZone) return [];
  const { hostname } = new URL(issuer.url);
  const { name } = issuer.hostedZone;
  if (hostname === name || hostname.endsWith(`.${name}`)) return [];
  return [
    { path: 'issuer.hostedZone.name', text: `${show(name)} does not hold '${hostname}'; name its zone` },
  ];
}

/** CloudFront has no host without a certificate, and takes certificates of one Region. */
function issuerOfEdge({ edge, issuer }: SoundParts): Problem[] {
  if (edge === undefined) return [];
  if (issuer === undefined) {
    return [
      { path: 'edge', text: 'stands before no host of the issuer; add issuer.url and its certificate' },
    ];
  }
  const region = regionOf(issuer.certificateArn);
  if (region === undefined || region === edgeRegion) return [];
  const text = `${show(issuer.certificateArn)} is of ${region}; CloudFront takes one of ${edgeRegion}`;
  return [{ path: 'issuer.certificateArn', text }];
}
