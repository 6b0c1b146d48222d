import type { RouteDefinition } from './model.ts';

export interface RouteMatch {
  readonly route: RouteDefinition;
  /** Values of `{name}` and `{name+}`; undefined for a route without variables. */
  readonly parameters: Readonly<Record<string, string>> | undefined;
}

interface Segment {
  readonly kind: 'literal' | 'variable' | 'greedy';
  readonly name: string;
}

interface Candidate {
  readonly route: RouteDefinition;
  readonly method: string;
  readonly segments: readonly Segment[];
}

/** A literal segment wins over a variable, and a variable over a greedy one. */
const specificity = { literal: 2, variable: 1, greedy: 0 } as const;

/**
 * Selects routes as an HTTP API does: of those that match, the one with the more specific path, segment by segment;
 * then a method over `ANY`; `$default` when none matches. Throws for a key it cannot read.
 */
export function createRouteTable(
  routes: readonly RouteDefinition[],
): (method: string, path: string) => RouteMatch | undefined {
  const fallback = routes.find(({ key }) => key === '$default');
  const candidates = routes
    .filter(({ key }) => key !== '$default')
    .map(parseRoute)
    .toSorted(bySpecificity);
  return (method, path) => {
    const segments = path.split('/').slice(1);
    for (const candidate of candidates) {
      if (candidate.method !== 'ANY' && candidate.method !== method) continue;
      const parameters = matchSegments(candidate.segments, segments);
      if (parameters === undefined) continue;
      const hasVariables = Object.keys(parameters).length > 0;
      return { route: candidate.route, parameters: hasVariables ? parameters : undefined };
    }
    return fallback === undefined ? undefined : { route: fallback, parameters: undefined };
  };
}

function parseRoute(route: RouteDefinition): Candidate {
  const parsed = /^([A-Z]+) \/(.*)$/.exec(route.key);
  if (parsed === null) throw new Error(`the local run does not know the route key ${route.key}`);
  const [, method = '', path = ''] = parsed;
  const segments = path.split('/').map(parseSegment);
  if (segments.slice(0, -1).some(({ kind }) => kind === 'greedy')) {
    throw new Error(`the greedy variable of ${route.key} must be the last segment`);
  }
  return { route, method, segments };
}

function parseSegment(text: string): Segment {
  const [, name, greedy] = /^\{([^{}+]+)(\+)?\}$/.exec(text) ?? [];
  if (name === undefined) return { kind: 'literal', name: text };
  return { kind: greedy === undefined ? 'variable' : 'greedy', name };
}

function bySpecificity(left: Candidate, right: Candidate): number {
  for (let index = 0; index < Math.max(left.segments.length, right.segments.length); index += 1) {
    const difference = specificityAt(right, index) - specificityAt(left, index);
    if (difference !== 0) return difference;
  }
  return Number(left.method === 'ANY') - Number(right.method === 'ANY');
}

function specificityAt({ segments }: Candidate, index: number): number {
  const segment = segments[index];
  return segment === undefined ? -1 : specificity[segment.kind];
}

/** A variable takes one segment that is not empty; a greedy one takes all that is left, and at least something. */
function matchSegments(
  pattern: readonly Segment[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, { kind, name }] of pattern.entries()) {
    const value = kind === 'greedy' ? segments.slice(index).join('/') : (segments[index] ?? '');
    if (kind === 'literal' && segments[index] !== name) return undefined;
    if (kind !== 'literal' && value === '') return undefined;
    if (kind !== 'literal') parameters[name] = value;
    if (kind === 'greedy') return parameters;
  }
  return segments.length === pattern.length ? parameters : undefined;
}
