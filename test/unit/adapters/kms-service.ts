import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { KMSClient } from '@aws-sdk/client-kms';
import { clientDefaults, type triesOnce } from '../../../lambdas/adapters/aws.ts';
import { createKms } from '../../../local/aws/kms/kms.ts';
import { AwsError, refusal, type Input, type Reply } from '../../../local/aws/service.ts';
import { openStateFile } from '../../../local/aws/state-file.ts';
import { createVirtualClock } from '../../../local/clock.ts';

export interface KmsService {
  readonly client: KMSClient;
  /** Another client of the same KMS. */
  readonly newClient: (config?: typeof clientDefaults | typeof triesOnce) => KMSClient;
  /** Refuses every call as an overloaded service does, until it is told otherwise. */
  readonly throttle: (isThrottled: boolean) => void;
  /** Breaks every reply off in the middle of its last value. */
  readonly truncate: (isTruncated: boolean) => void;
  readonly stop: () => void;
}

/** KMS with real keys of its own, behind the SDK's own wire format. */
export async function startKms(): Promise<KmsService> {
  const account = '000000000000';
  const file = openStateFile(undefined, { keys: {}, aliases: {} });
  const kms = createKms({ file, region: 'us-east-1', account, clock: createVirtualClock() });
  const root = `arn:aws:iam::${account}:root`;
  const caller = { arn: root, principal: root, account };
  let isThrottled = false;
  let isTruncated = false;

  const handle = async (operation: string, input: Input): Promise<Reply> => {
    if (isThrottled) return refusal(kms.throttled);
    try {
      return await kms.handle(operation, input, caller);
    } catch (error) {
      if (error instanceof AwsError) return refusal(error);
      throw error;
    }
  };
  const server = createServer((request, response) => {
    const [, operation = ''] = String(request.headers['x-amz-target']).split('.');
    void json(request)
      .then((input) => handle(operation, input as Input))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(isTruncated ? `${body.slice(0, 120)}"x` : body);
      });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');

  const newClient: KmsService['newClient'] = (config = clientDefaults) =>
    new KMSClient({
      ...config,
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  const client = newClient();
  return {
    ...{ client, newClient },
    throttle: (value) => {
      isThrottled = value;
    },
    truncate: (value) => {
      isTruncated = value;
    },
    stop: () => {
      client.destroy();
      server.close();
    },
  };
}
