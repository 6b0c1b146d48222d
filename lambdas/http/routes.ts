import type { Endpoint, HttpRequest, HttpResponse } from './message.ts';
import { errorJson } from './respond.ts';

type Name<Segment extends string> = Segment extends `${infer Bare}+` ? Bare : Segment;
type NameIn<Path extends string> = Path extends `${string}{${infer Segment}}${infer Rest}`
  ? Name<Segment> | NameIn<Rest>
  : never;

type RouteEndpoint<Names extends string> = (
  request: HttpRequest,
  parameters: Readonly<Record<Names, string>>,
) => Promise<HttpResponse>;

export interface Route {
  /** As API Gateway writes it: `{name}` is one segment, `{name+}` the rest of the path. */
  readonly path: string;
  readonly endpoint: RouteEndpoint<string>;
}

/** A route whose endpoint may only use the parameters its path has. */
export function route<const Path extends string>(path: Path, endpoint: RouteEndpoint<NameIn<Path>>): Route {
  return {
    path,
    endpoint: (request, parameters) => endpoint(request, parameters),
  };
}

/** Sends a request to the first route of its path; 404 as JSON where there is none (AS-7). */
export function routes(table: readonly Route[]): Endpoint {
  const matchers = table.map(({ path, endpoint }) => ({ pattern: patternOf(path), endpoint }));
  return async (request) => {
    for (const { pattern, endpoint } of matchers) {
      const found = pattern.exec(request.path);
      if (found !== null) return endpoint(request, { ...found.groups });
    }
    return notFound();
  };
}

export function notFound(description = 'there is nothing here'): HttpResponse {
  return errorJson(404, 'not_found', description);
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.split('/').map(segmentPattern).join('/')}$`);
}

function segmentPattern(segment: string): string {
  if (segment.startsWith('{') && segment.endsWith('+}')) return `(?<${segment.slice(1, -2)}>.+)`;
  if (segment.startsWith('{') && segment.endsWith('}')) return `(?<${segment.slice(1, -1)}>[^/]+)`;
  return segment.replaceAll('.', '\\.');
}
