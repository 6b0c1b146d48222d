import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Endpoints } from './endpoints.ts';

const line = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    audit: v.object({
      event: v.literal('token_issued'),
      jti: v.string(),
      resource: v.string(),
      subject: v.object({ kind: v.string(), id: v.string() }),
      via: v.array(v.string()),
      parentJti: v.string(),
    }),
  }),
);

/** What the audit trail says of a token that somebody exchanged. */
export type ExchangedEvent = v.InferOutput<typeof line>['audit'];

/** The exchanges in the log of the token function, the oldest first. */
export function exchangesIn({ logs }: Pick<Endpoints, 'logs'>): readonly ExchangedEvent[] {
  const lines = readFileSync(join(logs, 'Token.log'), 'utf8').split('\n');
  return lines.flatMap((text) => {
    const read = v.safeParse(line, text);
    return read.success ? [read.output.audit] : [];
  });
}
