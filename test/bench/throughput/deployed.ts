import { readAssembly } from '../../../local/assembly/assembly.ts';
import type { VestibuleConfig } from '../../../lib/index.ts';
import { synthesizedAssembly } from '../../support/assembly-cache.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import type { Market } from './message.ts';

/** A running deployment and what it takes to run its token function once more, outside of it. */
export interface Deployed {
  readonly market: Market;
  readonly taskRoot: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly keys: readonly object[];
  readonly stop: () => Promise<void>;
}

const [resource, scope, clientId] = ['https://mcp.example.com/mcp', 'search:read', 'planner-client'];

const config = {
  profile: 'dev',
  // One client sends the whole load.
  limits: { perClient: { perSecond: 100_000 } },
  resources: [{ id: 'search', uri: resource, name: 'Search', scopes: { [scope]: 'Search' } }],
  agents: [{ id: 'planner', owner: 'team@example.com', scopes: { search: { required: [scope] } } }],
  clients: [{ id: clientId, agent: 'planner', authentication: { method: 'client_secret_basic' } }],
} as const satisfies VestibuleConfig;

export async function deploy(): Promise<Deployed> {
  const deployment = await startDeployment({ config });
  const { issuer } = deployment;
  const { keys } = (await (await fetch(`${issuer}/.well-known/jwks.json`)).json()) as {
    readonly keys: object[];
  };
  return {
    market: { issuer, clientId, clientSecret: await deployment.secretOf(clientId), resource, scope },
    ...(await tokenFunction(deployment)),
    keys,
    stop: deployment.stop,
  };
}

async function tokenFunction({ run }: TestDeployment): Promise<Pick<Deployed, 'taskRoot' | 'environment'>> {
  const { assetDirectory } = readAssembly(await synthesizedAssembly(config));
  const found = run.resources.find(
    ({ type, logicalId }) =>
      type === 'AWS::Lambda::Function' && logicalId.startsWith('VestibuleTokenFunction'),
  );
  const { Code, Environment } = found?.properties as {
    readonly Code: { readonly S3Key: string };
    readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
  };
  return {
    taskRoot: assetDirectory(Code.S3Key),
    environment: {
      ...Environment.Variables,
      ...run.cloud.environmentOf(run.cloud.operator, 'bench'),
      AWS_LAMBDA_FUNCTION_NAME: 'token',
      AWS_LAMBDA_LOG_FORMAT: 'JSON',
      AWS_LAMBDA_LOG_LEVEL: 'INFO',
      TZ: ':UTC',
    },
  };
}
