import { Agent, request } from 'node:http';
import { AwsError, type Input } from '../service.ts';

export interface EngineReply {
  readonly status: number;
  readonly body: string;
}

export interface EngineClient {
  readonly call: (operation: string, input: Input) => Promise<EngineReply>;
  readonly close: () => void;
}

/** Any credentials do: the front has verified the caller's, and the engine knows none. */
const authorization =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local';

export function createEngineClient(endpoint: string): EngineClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    call: (operation, input) =>
      new Promise((resolve, reject) => {
        const unreachable = (cause: Error): void => {
          reject(
            new AwsError('InternalServerError', `The DynamoDB engine does not answer: ${cause.message}`, 500),
          );
        };
        const outgoing = request(
          endpoint,
          {
            method: 'POST',
            agent,
            headers: {
              'content-type': 'application/x-amz-json-1.0',
              'x-amz-target': `DynamoDB_20120810.${operation}`,
              'x-amz-date': '20260101T000000Z',
              authorization,
            },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('error', unreachable);
            response.on('end', () => {
              resolve({ status: response.statusCode ?? 500, body: Buffer.concat(chunks).toString() });
            });
          },
        );
        outgoing.on('error', unreachable);
        outgoing.end(JSON.stringify(input));
      }),
    close: () => {
      agent.destroy();
    },
  };
}
