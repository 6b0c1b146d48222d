import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { VestibuleConfig } from '../../lib/index.ts';

/**
 * Synthesizes deployments of one run of tests, each on a `POST` at the socket that its first argument names. To load the
 * CDK and to bundle the functions costs forty times what one more template does, so one process does both once.
 */
export interface SynthesisRequest {
  readonly config: VestibuleConfig;
  readonly outputDirectory: string;
}

// Linting the template is `cdk synth`'s work.
process.env['CDK_VALIDATION'] = 'false';

async function synthesize(request: IncomingMessage): Promise<void> {
  const { config, outputDirectory } = JSON.parse(await text(request)) as SynthesisRequest;
  // A run of tests that deploy nothing does not wait for it.
  const [{ App }, { VestibuleStack }] = await Promise.all([
    import('aws-cdk-lib'),
    import('../../lib/stacks/vestibule-stack.ts'),
  ]);
  const app = new App({ outdir: outputDirectory, context: { 'vestibule:local': true } });
  new VestibuleStack(app, 'Vestibule', { config, analyticsReporting: false });
  app.synth();
}

const server = createServer((request, response) => {
  synthesize(request).then(
    () => response.writeHead(204).end(),
    (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
  );
});
server.listen(process.argv[2], () => process.send?.('listening'));
// It ends with the run that started it, however that ends.
process.once('disconnect', () => process.exit());
