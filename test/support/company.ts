import { egressSecret, federationSecret } from '../../local/demo/federation-secret.ts';
import { startDemo } from '../../local/demo/start.ts';
import { config as example } from '../../vestibule.config.ts';
import type { VestibuleConfig } from '../../lib/index.ts';
import { startDeployment, type TestDeployment, type TestDeploymentOptions } from './deployment.ts';
import { steadyPortBlock } from './free-ports.ts';

/** The deployment with what `npm start` puts around it: an MCP server, an identity provider with alice and bob, and a tracker. */
export interface Company extends TestDeployment {
  /** Of the protected MCP server, registered as `demo`. */
  readonly mcpUrl: string;
  readonly idpUrl: string;
  /** Of the third party where people have issues. */
  readonly trackerUrl?: string;
}

export interface CompanyOptions extends Omit<TestDeploymentOptions, 'config' | 'app' | 'port'> {
  /** Changes the example deployment. */
  readonly change?: (config: VestibuleConfig) => VestibuleConfig;
}

/** Runs it on ports in a row, so that what one test file synthesized the next one takes. */
export async function startCompany({ change = same, ...options }: CompanyOptions = {}): Promise<Company> {
  const port = await steadyPortBlock();
  const config = change(exampleAt(port));
  const deployment = await startDeployment({ ...options, port, config });
  try {
    const demo = await startDemo({
      ...{ issuer: deployment.issuer, mcpPort: port + 1, idpPort: port + 2 },
      idpSecret: await federationSecret(deployment.run),
      tracker: { secret: await egressSecret(deployment.run, 'tracker'), port: port + 6 },
      secretOf: deployment.secretOf,
      log: (line) => {
        throw new Error(line);
      },
    });
    return {
      ...deployment,
      ...{ mcpUrl: demo.mcpUrl, idpUrl: demo.idpUrl },
      ...(demo.trackerUrl !== undefined && { trackerUrl: demo.trackerUrl }),
      stop: async () => {
        await demo.stop();
        await deployment.stop();
      },
    };
  } catch (error) {
    await deployment.stop();
    throw error;
  }
}

function same(config: VestibuleConfig): VestibuleConfig {
  return config;
}

/** The example deployment, its MCP server, its identity provider and its tracker on the ports after `port`. */
function exampleAt(port: number): VestibuleConfig {
  const moved = JSON.stringify(example).replaceAll(
    /localhost:94(0[1236])/g,
    (_, last: string) => `localhost:${port + Number(last)}`,
  );
  return JSON.parse(moved) as VestibuleConfig;
}
