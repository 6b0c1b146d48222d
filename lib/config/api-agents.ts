import { didYouMean, pathOf, type Problem, show, unknownReference } from './problem.ts';
import type { SoundParts } from './sound-parts.ts';

type Api = SoundParts['downstreamApis'][number];

/** What an API says of the agents that get tokens of it as themselves. */
export function agentsOfApi(
  { agents, scopes, strategy }: Api,
  index: number,
  config: SoundParts,
): readonly Problem[] {
  if (agents === undefined) return [];
  const path = ['downstreamApis', index, 'agents'];
  const unfit = unfitFor(strategy);
  return [
    ...(unfit === undefined ? [] : [{ path: pathOf(path), text: unfit }]),
    ...Object.entries(agents).flatMap(([agent, names]) => [
      ...unknownReference(pathOf([...path, agent]), agent, 'agent', config.agents),
      ...names
        .filter((name) => scopes.length > 0 && !scopes.includes(name))
        .map((name) => ({
          path: pathOf([...path, agent]),
          text: `${show(name)} is no scope of the API; ${didYouMean(name, scopes)}`,
        })),
    ]),
  ];
}

/** Why an agent would never get a token as itself in that way. */
function unfitFor(strategy: Api['strategy']): string | undefined {
  if (strategy?.kind === 'okta-agent') {
    return "get nothing by 'okta-agent', which gives tokens in the name of people alone; remove them, or write the strategy 'okta'";
  }
  // AWS, Amazon Cognito developer guide: client credentials and the code grant are of different app clients.
  return strategy?.kind === 'cognito' && strategy.client === undefined
    ? 'get nothing by the app client that people sign in with, which has no client credentials; name another one in strategy.client'
    : undefined;
}
