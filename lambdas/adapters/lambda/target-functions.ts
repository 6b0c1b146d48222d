import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { TargetFunctions } from '../../ports/target-functions.ts';
import { calling, clientDefaults } from '../aws.ts';

/**
 * What the client is made with: one try, because a reply that was lost does not tell whether the function ran, and
 * nearly as long as an HTTP API waits. Times are milliseconds.
 */
export const invocationDefaults = {
  maxAttempts: 1,
  requestHandler: { ...clientDefaults.requestHandler, requestTimeout: 27_000 },
} as const;

/** Invokes functions by the Lambda API, as the role of the function that runs this. */
export function lambdaTargetFunctions({ client }: { readonly client: LambdaClient }): TargetFunctions {
  return {
    invoke: (functionArn, event) =>
      calling('the protected function', async () => {
        const { FunctionError: reason, Payload: payload = new Uint8Array() } = await client.send(
          new InvokeCommand({ FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(event)) }),
        );
        if (reason !== undefined) return { kind: 'failed', reason };
        return { kind: 'returned', result: JSON.parse(Buffer.from(payload).toString() || 'null') as unknown };
      }),
  };
}
