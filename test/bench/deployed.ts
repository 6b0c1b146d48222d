import type { SigningAlgorithm } from '../../lambdas/ports/signing.ts';
import { readAssembly } from '../../local/assembly/assembly.ts';
import type { VestibuleConfig } from '../../lib/index.ts';
import { synthesizedAssembly } from '../support/assembly-cache.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';
import type { SigningMode } from './calls/counted.ts';
import { exchangeForm, withExchanges } from './calls/measure-exchanges.ts';
import type { Market } from './throughput/message.ts';

/** A running deployment and what it takes to run its token function once more, outside of it. */
export interface Deployed {
  readonly market: Market;
  /** The directory of the token function's code. */
  readonly taskRoot: string;
  /**
   * What a function finds in its environment, by its folder; the operator's credentials stand for its role's. Undefined
   * for a function that only other configs deploy.
   */
  readonly environmentOf: (folder: string) => Readonly<Record<string, string>> | undefined;
  readonly keys: readonly object[];
  readonly stop: () => Promise<void>;
}

const [resource, scope, clientId] = ['https://mcp.example.com/mcp', 'search:read', 'planner-client'];
const agentId = 'planner';

const base = {
  profile: 'dev',
  // One client sends the whole load.
  limits: { perClient: { perSecond: 100_000 } },
  resources: [{ id: 'search', uri: resource, name: 'Search', scopes: { [scope]: 'Search' } }],
  agents: [{ id: agentId, owner: 'team@example.com', scopes: { search: { required: [scope] } } }],
  clients: [{ id: clientId, agent: agentId, authentication: { method: 'client_secret_basic' } }],
} as const satisfies VestibuleConfig;

/** What the load asks for: tokens in the name of the agent, or of a person who called it. */
export type Asked = 'tokens' | 'exchanges';

/** Every key in KMS signs by RS256; in an envelope there is a choice. */
export async function deploy(
  signing: SigningMode,
  algorithm: SigningAlgorithm,
  asked: Asked = 'tokens',
): Promise<Deployed> {
  const machines = { ...base, signing: signing === 'kms' ? 'kms' : { mode: signing, algorithm } } as const;
  const config = asked === 'tokens' ? machines : withExchanges({ ...machines, accessTokenMinutes: 60 });
  const deployment = await startDeployment({ config });
  const { issuer } = deployment;
  const { keys } = (await (await fetch(`${issuer}/.well-known/jwks.json`)).json()) as {
    readonly keys: object[];
  };
  const { assetDirectory } = readAssembly(await synthesizedAssembly(config));
  const clientSecret = await deployment.secretOf(clientId);
  return {
    market: {
      ...{ issuer, clientId, clientSecret, resource, scope },
      ...(asked === 'tokens'
        ? { form: { grant_type: 'client_credentials', resource, scope } }
        : { form: await exchangeForm(deployment, resource), actor: agentId }),
    },
    taskRoot: assetDirectory(functionOf(deployment, 'token')?.Code.S3Key ?? ''),
    environmentOf: (folder) => {
      const deployed = functionOf(deployment, folder);
      return (
        deployed && {
          ...deployed.Environment?.Variables,
          ...deployment.run.cloud.environmentOf(deployment.operator, 'bench'),
          AWS_LAMBDA_FUNCTION_NAME: folder,
          AWS_LAMBDA_LOG_FORMAT: 'JSON',
          AWS_LAMBDA_LOG_LEVEL: 'INFO',
          TZ: ':UTC',
        }
      );
    },
    keys,
    stop: deployment.stop,
  };
}

interface FunctionProperties {
  readonly Code: { readonly S3Key: string };
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
}

/** `rotate-keys` is the folder of `VestibuleRotateKeysFunction1A2B3C4D`. */
function functionOf({ run }: TestDeployment, folder: string): FunctionProperties | undefined {
  const found = run.resources.find(
    ({ type, logicalId }) =>
      type === 'AWS::Lambda::Function' &&
      logicalId.toLowerCase().startsWith(`vestibule${folder.replaceAll('-', '')}function`),
  );
  return found?.properties as unknown as FunctionProperties | undefined;
}
