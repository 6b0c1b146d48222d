import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import type { Envelope } from './event.ts';

/** What the template may read by `Fn::GetAtt`: it is shown to whoever may read the stack. */
export type Attributes = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly physicalResourceId: string;
  /** Shown to whoever deploys. */
  readonly reason?: string;
  readonly attributes?: Attributes;
}

/** CloudFormation takes an answer of 4,096 bytes in all. */
const longestReason = 1_500;

/** Pauses, in milliseconds, before each new try. */
const pauses = [200, 500, 1_000, 2_000, 4_000] as const;
const timeoutMilliseconds = 5_000;

/** PUTs the answer to the pre-signed URL of the event, several times if need be. */
export async function respond(envelope: Envelope, answer: Answer): Promise<void> {
  const body = JSON.stringify({
    Status: answer.status,
    ...(answer.reason !== undefined && { Reason: answer.reason.slice(0, longestReason) }),
    PhysicalResourceId: answer.physicalResourceId,
    StackId: envelope.StackId,
    RequestId: envelope.RequestId,
    LogicalResourceId: envelope.LogicalResourceId,
    ...(answer.attributes && { Data: answer.attributes }),
  });
  for (const pause of [...pauses, undefined]) {
    if (await put(envelope.ResponseURL, body)) return;
    if (pause !== undefined) await setTimeout(pause);
  }
  // The URL is a credential, so the error does not name it.
  throw new Error(`CloudFormation did not take the answer to ${envelope.RequestId}`);
}

function put(url: string, body: string): Promise<boolean> {
  return new Promise((resolve) => {
    const send = url.startsWith('http:') ? requestHttp : requestHttps;
    const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
    const outgoing = send(url, { method: 'PUT', headers, timeout: timeoutMilliseconds }, (incoming) => {
      incoming.resume();
      resolve((incoming.statusCode ?? 500) < 300);
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('timeout')));
    outgoing.once('error', () => {
      resolve(false);
    });
    outgoing.end(body);
  });
}
