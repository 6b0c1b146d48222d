import type { VestibuleConfig } from './config.ts';
import { pathOf, type Problem, show } from './problem.ts';
import type { SoundParts } from './sound-parts.ts';

/** As of lambdas/tasks/delivery-due.ts: a secret changes every ten minutes at most. */
const shortestMinutes = 15;

interface Agents {
  readonly agents: readonly {
    readonly tasks?: { readonly secrets?: readonly string[] | undefined } | undefined;
  }[];
}

/** The secrets that tokens of some agent go into, as ARNs and beginnings of ARNs. */
export function taskSecrets(config: Agents): readonly string[] {
  return [...new Set(patternsOf(config).map(({ pattern }) => pattern))];
}

export function taskSecretProblems(config: SoundParts): readonly Problem[] {
  const readHere = secretsReadHere(config);
  return [
    ...shortTokens(config),
    ...patternsOf(config).flatMap(({ path, pattern }) => {
      const own = readHere.find(({ arn }) => isCovered(arn, pattern));
      return own === undefined ? [] : [{ path, text: covers(pattern, own.path) }];
    }),
  ];
}

/**
 * What is wrong with patterns beside the secrets that the deployment makes: CloudFormation names each by its logical id, a hyphen and
 * what nobody knows before.
 */
export function madeSecretProblems(
  config: VestibuleConfig,
  logicalIds: readonly string[],
): readonly Problem[] {
  return patternsOf(config).flatMap(({ path, pattern }) => {
    const name = pattern.split(':').slice(6).join(':');
    const made = logicalIds.find((id) => mayBegin(name, `${id}-`));
    return made === undefined ? [] : [{ path, text: covers(pattern, made) }];
  });
}

function shortTokens({ accessTokenMinutes = shortestMinutes, ...config }: SoundParts): readonly Problem[] {
  if (accessTokenMinutes >= shortestMinutes || patternsOf(config).length === 0) return [];
  const text = `${accessTokenMinutes} is too short for tokens in secrets (tasks.secrets of agents), which change every 10 minutes at most; write ${shortestMinutes} or more`;
  return [{ path: 'accessTokenMinutes', text }];
}

function patternsOf({ agents }: Agents): readonly { readonly path: string; readonly pattern: string }[] {
  return agents.flatMap(({ tasks }, agent) =>
    (tasks?.secrets ?? []).map((pattern, index) => ({
      ...{ path: pathOf(['agents', agent, 'tasks', 'secrets', index]), pattern },
    })),
  );
}

/** What an operator has put a credential into. */
function secretsReadHere(config: SoundParts): readonly { readonly path: string; readonly arn: string }[] {
  const named = [
    ...config.identityProviders.flatMap(({ clientSecretArn, registration }, index) => [
      { path: pathOf(['identityProviders', index, 'clientSecretArn']), arn: clientSecretArn },
      {
        path: pathOf(['identityProviders', index, 'registration', 'credentialArn']),
        arn: registration?.credentialArn,
      },
    ]),
    ...config.downstreamApis.map(({ strategy }, index) => ({
      path: pathOf(['downstreamApis', index, 'strategy', 'client', 'secretArn']),
      arn: strategy?.client?.secretArn,
    })),
  ];
  return named.flatMap(({ path, arn }) => (arn === undefined ? [] : [{ path, arn }]));
}

/** An ARN may be without the six characters that AWS adds to a name. */
function isCovered(arn: string, pattern: string): boolean {
  const suffix = /-\w{6}$/;
  if (pattern.endsWith('*')) return arn.startsWith(pattern.slice(0, -1));
  return arn === pattern || arn.replace(suffix, '') === pattern.replace(suffix, '');
}

/** Whether a name, or the beginning of one, can be that of what begins so. */
function mayBegin(name: string, beginning: string): boolean {
  if (!name.endsWith('*')) return name.startsWith(beginning);
  return name.startsWith(beginning) || beginning.startsWith(name.slice(0, -1));
}

function covers(pattern: string, what: string): string {
  return `${show(pattern)} is for a secret of this deployment too (${what}), which a token would replace; name a folder that is kept for tokens: 'arn:aws:secretsmanager:<region>:<account>:secret:<folder>/*'`;
}
