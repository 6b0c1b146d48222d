import type { EgressScope } from '../../../lambdas/ports/egress-providers.ts';
import type { ScopeName } from '../../../lambdas/runtime/identifiers.ts';

export function oneScope(
  name: string,
  upstream: readonly string[],
  method: string,
  path: string,
): readonly EgressScope[] {
  return [{ name: name as ScopeName, upstream, rules: [{ methods: [method], path }] }];
}
