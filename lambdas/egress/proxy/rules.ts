import type { EgressProvider, EgressScope, RequestRule } from '../../ports/egress-providers.ts';
import { bodySatisfies, type CallBody } from './call-body.ts';
import { type CallPath, matchesPath } from './call-path.ts';

/** What rules are held against. */
export interface MatchedCall {
  readonly method: string;
  readonly origin: string;
  /** Where calls may go, the first unless a rule names another. */
  readonly origins: readonly string[];
  readonly path: CallPath;
  readonly query: string;
  readonly body: CallBody;
}

/** The first rule that allows the call. */
export function ruleFor(rules: readonly RequestRule[], call: MatchedCall): RequestRule | undefined {
  return rules.find(
    ({ methods, origin = call.origins[0], path, body = [] }) =>
      origin === call.origin &&
      allowsMethod(methods, call.method) &&
      matchesPath(path, call.path) &&
      bodySatisfies(body, call.body, call.query),
  );
}

/** RFC 9110 §9.3.2: HEAD asks for no more than GET. */
function allowsMethod(methods: readonly string[], method: string): boolean {
  return methods.includes(method) || (method === 'HEAD' && methods.includes('GET'));
}

/** The first scope of the provider that would allow the call. */
export function scopeFor({ scopes }: EgressProvider, call: MatchedCall): EgressScope | undefined {
  return scopes.find(({ rules }) => ruleFor(rules, call) !== undefined);
}

/** As the config writes it: it names what may be asked, and nothing that was. */
export function nameOfRule({ methods, origin = '', path }: RequestRule): string {
  return `${methods.join(',')} ${origin}${path}`;
}
