import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { listenOnLoopback } from '../loopback.ts';
import type { JsonObject } from './template.ts';

/** What a custom resource's function PUTs to its ResponseURL. */
export interface CustomResourceAnswer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly Data?: JsonObject;
}

export interface ExpectedAnswer {
  readonly responseUrl: string;
  /** Settles with the body of the PUT; never rejects. */
  readonly answer: Promise<string>;
  readonly close: () => void;
}

/** The place custom resources answer to: one unguessable URL for each request, good for one PUT. */
export interface CustomResourceAnswers {
  readonly expect: () => ExpectedAnswer;
  readonly stop: () => Promise<void>;
}

/** CloudFormation takes no longer answer. */
const answerLimit = 4096;

export async function startCustomResourceAnswers(): Promise<CustomResourceAnswers> {
  const waiting = new Map<string, (body: string) => void>();
  const server = await listenOnLoopback(0, (request, response) => {
    const path = request.url ?? '';
    void readBody(request).then((body) => {
      const take = request.method === 'PUT' ? waiting.get(path) : undefined;
      waiting.delete(path);
      const status = take === undefined ? 403 : body.length > answerLimit ? 400 : 200;
      if (status === 200) take?.(body);
      response.writeHead(status).end();
    });
  });
  return {
    expect: () => {
      const path = `/${randomBytes(32).toString('base64url')}`;
      const answer = new Promise<string>((resolve) => waiting.set(path, resolve));
      return {
        responseUrl: `http://127.0.0.1:${server.port}${path}`,
        answer,
        close: () => {
          waiting.delete(path);
        },
      };
    },
    stop: server.stop,
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
