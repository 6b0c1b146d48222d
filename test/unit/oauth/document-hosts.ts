import { documentClients } from '../../../lambdas/oauth/registration/document-clients.ts';
import type { DocumentPolicy } from '../../../lambdas/oauth/registration/document-trust.ts';
import type { DatedDocument, KeptDocument } from '../../../lambdas/ports/client-documents.ts';
import type { DocumentRefusal } from '../../../lambdas/ports/documents.ts';
import { type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import { ok, refuse, type Result } from '../../../lambdas/runtime/result.ts';

export const start = instant(1_800_000_000);
export const url = 'https://app.example.com/client.json';
export const document = {
  client_id: url,
  client_name: 'App',
  redirect_uris: ['https://app.example.com/cb'],
};
export const open: DocumentPolicy = { customRedirectUris: [], pinnedCopies: true };
export const forbidden: DocumentRefusal = { reason: 'status_not_ok', status: 403 };

export type Answer = Result<DatedDocument, DocumentRefusal>;
export const served = (json: unknown = document, freshSeconds?: number): Answer => ok({ json, freshSeconds });
export const failed = (refusal: DocumentRefusal): Answer => refuse(refusal);

/** Clients behind hosts that give these answers in turn, the last one for ever. */
export function hosts(
  answers: readonly Answer[],
  options: { policy?: DocumentPolicy; keeps?: boolean } = {},
): {
  readonly find: (
    now: Instant,
    copy?: KeptDocument,
    of?: string,
  ) => ReturnType<ReturnType<typeof documentClients>['find']>;
  /** The URLs that were fetched. */
  readonly asked: readonly string[];
  readonly kept: readonly KeptDocument[];
  /** When a copy was marked as gone. */
  readonly gone: readonly Instant[];
} {
  const asked: string[] = [];
  const kept: KeptDocument[] = [];
  const keep = (given: KeptDocument): Promise<void> => {
    kept.push(given);
    return Promise.resolve();
  };
  const gone: Instant[] = [];
  const markGone = (_url: string, at: Instant): Promise<void> => {
    gone.push(at);
    return Promise.resolve();
  };
  const clients = documentClients({
    policy: options.policy ?? open,
    hosts: 'public',
    documents: {
      fetchDated: (asking) => {
        const answer = answers[Math.min(asked.length, answers.length - 1)];
        asked.push(asking);
        return Promise.resolve(answer ?? failed({ reason: 'unreachable' }));
      },
    },
    ...(options.keeps === false ? {} : { kept: { keep, markGone } }),
  });
  const find = (now: Instant, copy?: KeptDocument, of = url) => clients.find(of, copy, now);
  return { find, asked, kept, gone };
}

export const copyOf = (acceptedAt: Instant, freshUntil: Instant): KeptDocument => ({
  url,
  json: document,
  acceptedAt,
  freshUntil,
});
