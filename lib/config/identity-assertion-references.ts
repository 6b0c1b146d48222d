import { didYouMean, pathOf, type Problem, show } from './problem.ts';
import type { SoundParts } from './sound-parts.ts';

type Assertion = SoundParts['identityAssertions'][number];

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** What identity assertions say about the rest of the config. */
export function assertionProblems(config: SoundParts): readonly Problem[] {
  const { identityAssertions: all, identityProviders } = config;
  if (all.length > 0 && identityProviders.length === 0) {
    const text = 'are about people who sign in, and nobody does; add identityProviders';
    return [{ path: 'identityAssertions', text }];
  }
  return all.flatMap((assertion, index) => [
    ...audienceOf(assertion, index, config),
    ...clientsOf(assertion, index, config),
    ...providersOf(assertion, index, config),
  ]);
}

const at = (index: number, ...rest: readonly (string | number)[]): string =>
  pathOf(['identityAssertions', index, ...rest]);

function audienceOf({ audience }: Assertion, index: number, config: SoundParts): readonly Problem[] {
  const path = at(index, 'audience');
  if (audience.replace(/\/$/, '') === config.issuer?.url) {
    const text = `${show(audience)} is this deployment itself, which takes none of its own; remove it`;
    return [{ path, text }];
  }
  const first = config.identityAssertions.findIndex((other) => other.audience === audience);
  if (first === index) return [];
  return [{ path, text: `${show(audience)} is that of ${at(first)} too; join the two` }];
}

function clientsOf(
  { clients: named }: Assertion,
  index: number,
  { clients }: SoundParts,
): readonly Problem[] {
  return Object.keys(named).flatMap((id) => {
    const path = at(index, 'clients', id);
    const client = clients.find((candidate) => candidate.id === id);
    if (client === undefined) {
      const known = clients.map((candidate) => candidate.id);
      const fix = known.length === 0 ? 'add it' : didYouMean(id, known);
      return [{ path, text: `${show(id)} is no client of this config; ${fix}` }];
    }
    if (client.grants?.includes(exchange) === true) return [];
    return [{ path, text: `${show(id)} does not hold the grant; add '${exchange}' to its grants` }];
  });
}

function providersOf(
  { identityProviders: named = [] }: Assertion,
  index: number,
  { identityProviders }: SoundParts,
): readonly Problem[] {
  const known = identityProviders.map(({ id }) => id);
  return named.flatMap((id, position) =>
    known.includes(id)
      ? []
      : [
          {
            path: at(index, 'identityProviders', position),
            text: `${show(id)} is no identity provider of this config; ${didYouMean(id, known)}`,
          },
        ],
  );
}
