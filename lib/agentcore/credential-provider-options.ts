import { Token } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { InvalidConfig } from '../config/check-config.ts';
import type { ClientConfig, VestibuleConfig } from '../config/config.ts';
import { type Problem, show } from '../config/problem.ts';
import { checkWithin } from './check-within.ts';
import { oboProblems, type OnBehalfOf } from './obo.ts';

export interface CredentialProviderOptions {
  /** The id of the agent of the config that gets its tokens through the provider. */
  readonly agent: string;
  /** The `client_id` that is registered for it. Default: `<agent>-agentcore`. */
  readonly clientId?: string;
  /** Name of the provider, unique in the account and Region. Default: generated. */
  readonly name?: string;
  /**
   * How AgentCore proves itself: by a secret that the deployment keeps in Secrets Manager, by assertions that a key in
   * KMS signs, or by the token that AWS issues to the execution role of the agent.
   */
  readonly authentication: 'client-secret' | 'private-key-jwt' | 'aws-iam-jwt';
  /** The execution role of the agent, in the account of this stack; only with `aws-iam-jwt`, which needs it. */
  readonly executionRole?: IRole;
  /** Of the assertions; only with `private-key-jwt`. Default: `RS256`. */
  readonly signingAlgorithm?: 'RS256' | 'PS256' | 'ES256';
  /**
   * How AgentCore gets tokens in the name of who called the agent (`ON_BEHALF_OF_TOKEN_EXCHANGE`). What the agent may do so is
   * its `onBehalfOf` in the config. Default: it gets none.
   */
  readonly obo?: OnBehalfOf;
}

const providerName = /^[a-zA-Z0-9\-_]{1,128}$/;

/** Throws `InvalidConfig` for options that AgentCore would refuse, or that name what the config does not have. */
export function checkCredentialProvider(
  config: VestibuleConfig,
  clientId: string,
  options: CredentialProviderOptions,
): void {
  const problems = [...ownProblems(options), ...roleProblems(options), ...oboProblems(options.obo)];
  if (problems.length > 0) throw new InvalidConfig(problems);
  // How it authenticates is no part of what could be wrong here.
  const client: ClientConfig = {
    ...{ id: clientId, agent: options.agent },
    authentication: { method: 'client_secret_basic' },
  };
  const own = `clients[${config.clients.length}]`;
  checkWithin(
    { ...config, clients: [...config.clients, client] },
    new Map([
      [`${own}.id`, 'clientId'],
      [`${own}.agent`, 'agent'],
    ]),
  );
}

function ownProblems({
  name,
  authentication,
  signingAlgorithm,
}: CredentialProviderOptions): readonly Problem[] {
  return [
    ...(name === undefined || Token.isUnresolved(name) || providerName.test(name)
      ? []
      : [
          {
            path: 'name',
            text: `${show(name)} is no name of a provider; use 1 to 128 of A-Z a-z 0-9 _ -`,
          },
        ]),
    ...(signingAlgorithm === undefined || authentication === 'private-key-jwt'
      ? []
      : [
          {
            path: 'signingAlgorithm',
            text: `${show(signingAlgorithm)} stands beside ${show(authentication)}, which signs nothing; remove it`,
          },
        ]),
  ];
}

function roleProblems({ authentication, executionRole }: CredentialProviderOptions): readonly Problem[] {
  if ((authentication === 'aws-iam-jwt') === (executionRole !== undefined)) return [];
  const text = executionRole
    ? `stands beside ${show(authentication)}, which is no matter of a role; remove it`
    : "is missing; write the role of the runtime, which 'aws-iam-jwt' is the proof of";
  return [{ path: 'executionRole', text }];
}
