import { presentersOf, termsOfIdJags, usesOf } from './id-jag-references.ts';
import { didYouMean, pathOf, type Problem, show, unknownReference } from './problem.ts';
import { isSharedIssuer, profileOf } from './provider-profiles.ts';
import type { SoundParts } from './sound-parts.ts';

type Anchor = SoundParts['trustAnchors'][number];
type Workload = SoundParts['workloads'][number];

/** What trust anchors and workloads say about each other and about the rest of the config. */
export function foreignProblems(config: SoundParts): readonly Problem[] {
  return [
    ...config.trustAnchors.flatMap((anchor, index) => [
      ...ownIssuer(anchor, index, config),
      ...sharedIssuers(anchor, index, config),
      ...tenantsOf(anchor, index),
      ...chosenClaims(anchor.requiredClaims, inAnchor(index, 'requiredClaims')),
      ...kindsOf(anchor, index, config),
      ...kindsOfWorkloads(anchor, index),
      ...peopleOf(anchor, index, config),
      ...actorsOf(anchor, index, config),
      ...grantsOf(anchor, index, config),
      ...termsOfIdJags(anchor, index, config),
      ...presentersOf(anchor, index, config),
      ...usesOf(anchor, index),
    ]),
    ...config.workloads.flatMap((workload, index) => [
      ...anchorOf(workload, index, config),
      ...claimsOf(workload, index, config),
      ...scopesOf(workload, index, config),
    ]),
  ];
}

const inAnchor = (index: number, ...rest: readonly (string | number)[]): string =>
  pathOf(['trustAnchors', index, ...rest]);
const inWorkload = (index: number, ...rest: readonly (string | number)[]): string =>
  pathOf(['workloads', index, ...rest]);

/** Whoever has one token of ours could have another for it, on terms that are none of the first. */
function ownIssuer({ issuer }: Anchor, index: number, config: SoundParts): readonly Problem[] {
  const ours = config.issuer?.url;
  if (ours === undefined || issuer.replace(/\/$/, '') !== ours) return [];
  const text = `${show(issuer)} is this deployment itself; its own tokens are exchanged without an anchor: remove it`;
  return [{ path: inAnchor(index, 'issuer'), text }];
}

/** A token has one anchor: where two have its issuer, no tenant may be of both. */
function sharedIssuers(anchor: Anchor, index: number, { trustAnchors }: SoundParts): readonly Problem[] {
  const first = trustAnchors.findIndex(
    (other) =>
      other.issuer === anchor.issuer &&
      (other.tenants === undefined ||
        anchor.tenants === undefined ||
        other === anchor ||
        other.tenants.some((tenant) => anchor.tenants?.includes(tenant))),
  );
  if (first === index || first === -1) return [];
  const text = `${show(anchor.issuer)} is that of ${inAnchor(first)} too; write one anchor, or tenants of which none is in both`;
  return [{ path: inAnchor(index, 'issuer'), text }];
}

function tenantsOf(anchor: Anchor, index: number): readonly Problem[] {
  const { issuer, tenants, subject } = anchor;
  const isEntra = profileOf(anchor) === 'entra';
  if (tenants === undefined) {
    if (!isSharedIssuer(anchor)) return [];
    const text = `is missing, and ${show(issuer)} is that of every tenant there is; list the ids of those that you trust`;
    return [{ path: inAnchor(index, 'tenants'), text }];
  }
  if (isEntra || subject.tenantClaim !== undefined) return [];
  return [{ path: inAnchor(index, 'tenants'), text: 'are told by no claim; write subject.tenantClaim' }];
}

const exchanged: readonly string[] = ['access_token', 'id_token', 'jwt'];

function kindsOf(anchor: Anchor, index: number, config: SoundParts): readonly Problem[] {
  const { accepts, audiences, grants } = anchor;
  const isExchanged = accepts.some((kind) => exchanged.includes(kind));
  const problems: Problem[] = [];
  if (isExchanged && audiences === undefined) {
    const text = 'is missing; write what its tokens are made for, so that none made for somebody else counts';
    problems.push({ path: inAnchor(index, 'audiences'), text });
  }
  if (isExchanged && grants.length === 0) {
    const text = 'is missing; write what its tokens may be exchanged for: nothing is allowed by itself';
    problems.push({ path: inAnchor(index, 'grants'), text });
  }
  if (isExchanged && (anchor.actors ?? []).length === 0) {
    const text = 'is missing; write the ids of the agents that may exchange its tokens';
    problems.push({ path: inAnchor(index, 'actors'), text });
  }
  const isOfWorkloads = accepts.includes('workload');
  if (isOfWorkloads && !config.workloads.some((workload) => workload.anchor === anchor.id)) {
    const text = `names 'workload', and no entry of workloads names '${anchor.id}'; add one`;
    problems.push({ path: inAnchor(index, 'accepts'), text });
  }
  return problems;
}

/** What is of people alone. */
function kindsOfWorkloads({ accepts, subject }: Anchor, index: number): readonly Problem[] {
  const position = accepts.findIndex((kind) => kind === 'id_token' || kind === 'id_jag');
  if (subject.kind !== 'workload' || position === -1) return [];
  const text = `${show(accepts[position])} is of people, and subject.kind says that these are workloads; remove one of the two`;
  return [{ path: inAnchor(index, 'accepts', position), text }];
}

/** Under the name of a provider that people sign in at, another could make any of them. */
function peopleOf(anchor: Anchor, index: number, { identityProviders }: SoundParts): readonly Problem[] {
  const { idp, kind } = anchor.subject;
  if (idp === undefined) return [];
  const path = inAnchor(index, 'subject', 'idp');
  if (kind === 'workload') {
    return [{ path, text: `${show(idp)} is where people sign in, and these are workloads; remove it` }];
  }
  const provider = identityProviders.find(({ id }) => id === idp);
  if (provider === undefined) {
    const known = identityProviders.map(({ id }) => id);
    const fix = known.length === 0 ? 'the config has none: add it' : didYouMean(idp, known);
    return [{ path, text: `${show(idp)} is no identity provider of this config; ${fix}` }];
  }
  // The authorization servers of one Okta org have the same people.
  const isOneOrg =
    profileOf(anchor) === 'okta' &&
    profileOf(provider) === 'okta' &&
    URL.parse(anchor.issuer)?.host === URL.parse(provider.issuer)?.host;
  if (provider.issuer === anchor.issuer || isOneOrg || isOneTenant(anchor, provider)) return [];
  const text = `${show(idp)} has another issuer, ${show(provider.issuer)}, whose people these are not; remove it, or write that issuer`;
  return [{ path, text }];
}

const ofMicrosoft =
  /^https:\/\/(?:login\.microsoftonline\.com|sts\.windows\.net)\/(?<tenant>[0-9a-f-]{36})\//;

/** Entra has one issuer for tokens of version 1.0 and one for 2.0, and one that all tenants share; a tenant has the same people by each. */
function isOneTenant(anchor: Anchor, provider: SoundParts['identityProviders'][number]): boolean {
  const tenant = ofMicrosoft.exec(anchor.issuer)?.groups?.['tenant'];
  if (tenant === undefined || profileOf(anchor) !== 'entra' || profileOf(provider) !== 'entra') return false;
  return isSharedIssuer(provider)
    ? provider.tenants?.includes(tenant) === true
    : ofMicrosoft.exec(provider.issuer)?.groups?.['tenant'] === tenant;
}

function actorsOf({ actors = [] }: Anchor, index: number, { agents }: SoundParts): readonly Problem[] {
  return actors.flatMap((id, position) =>
    unknownReference(inAnchor(index, 'actors', position), id, 'agent', agents),
  );
}

function grantsOf({ grants }: Anchor, index: number, config: SoundParts): readonly Problem[] {
  return grants.flatMap(({ resource, scopes }, position) =>
    scopesAt(
      { path: inAnchor(index, 'grants', position, 'resource'), id: resource },
      { path: (at: number) => inAnchor(index, 'grants', position, 'scopes', at), names: scopes },
      config,
    ),
  );
}

function anchorOf({ anchor: id }: Workload, index: number, { trustAnchors }: SoundParts): readonly Problem[] {
  const path = inWorkload(index, 'anchor');
  const anchor = trustAnchors.find((candidate) => candidate.id === id);
  if (anchor === undefined) {
    const known = trustAnchors.map((candidate) => candidate.id);
    const fix = known.length === 0 ? 'the config has none: add it' : didYouMean(id, known);
    return [{ path, text: `${show(id)} is no trust anchor of this config; ${fix}` }];
  }
  if (anchor.accepts.includes('workload')) return [];
  return [{ path, text: `${show(id)} does not accept 'workload'; add it there` }];
}

/** Of AWS: what is in its token because the caller wanted it there. */
function chosenClaims(claims: Readonly<Record<string, unknown>>, path: string): readonly Problem[] {
  const chosen = Object.keys(claims).find((name) => name.includes('request_tags'));
  if (chosen === undefined) return [];
  const text = 'is what the workload itself asks for; write a claim that its platform alone sets';
  return [{ path: `${path}['${chosen}']`, text }];
}

/** Everybody in the world has a token of GitHub: a rule has to say whose repository is meant. */
function claimsOf({ anchor: id, claims }: Workload, index: number, config: SoundParts): readonly Problem[] {
  const anchor = config.trustAnchors.find((candidate) => candidate.id === id);
  const chosen = chosenClaims(claims, inWorkload(index, 'claims'));
  if (chosen.length > 0) return chosen;
  if (anchor?.issuer !== 'https://token.actions.githubusercontent.com') return [];
  const owners = ['repository', 'repository_id', 'repository_owner', 'repository_owner_id'];
  const subjects = [claims['sub'] ?? []].flat();
  const isOwned =
    owners.some((name) => [claims[name] ?? []].flat().some((value) => value !== '*')) ||
    (subjects.length > 0 && subjects.every((subject) => /^repo:[^/*]+\//.test(subject)));
  if (isOwned) return [];
  const text = "says of no repository whose it is, and everybody can have such a token; add 'repository_id'";
  return [{ path: inWorkload(index, 'claims'), text }];
}

function scopesOf({ agent, scopes }: Workload, index: number, config: SoundParts): readonly Problem[] {
  const unknown = unknownReference(inWorkload(index, 'agent'), agent, 'agent', config.agents);
  if (unknown.length > 0) return unknown;
  const { scopes: catalogue = {} } = config.agents.find(({ id }) => id === agent) ?? {};
  return Object.entries(scopes).flatMap(([id, names]) => {
    const path = inWorkload(index, 'scopes', id);
    const entry = catalogue[id];
    if (entry === undefined) {
      return [{ path, text: `${show(id)} is no resource of agent '${agent}'; add it there or remove it` }];
    }
    const given = [...(entry.required ?? []), ...(entry.optional ?? [])];
    return names.flatMap((name, at) => {
      if (given.includes(name)) return [];
      const fix = didYouMean(name, given);
      const text = `${show(name)} is not what agent '${agent}' gets at '${id}'; ${fix}`;
      return [{ path: inWorkload(index, 'scopes', id, at), text }];
    });
  });
}

function scopesAt(
  resource: { readonly path: string; readonly id: string },
  scopes: { readonly path: (at: number) => string; readonly names: readonly string[] },
  { resources }: SoundParts,
): readonly Problem[] {
  const found = resources.find(({ id }) => id === resource.id);
  if (found === undefined) return unknownReference(resource.path, resource.id, 'resource', resources);
  const defined = Object.keys(found.scopes);
  return scopes.names.flatMap((name, at) => {
    if (defined.includes(name)) return [];
    const fix = didYouMean(name, defined);
    return [{ path: scopes.path(at), text: `${show(name)} is no scope of resource '${found.id}'; ${fix}` }];
  });
}
