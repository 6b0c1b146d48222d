import type { DocumentRefusal } from '../../ports/documents.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';

/** Where documents may live: `loopback` also lets them live on this machine, by http too. */
export type DocumentHosts = 'public' | 'loopback';

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

export function isLoopbackName({ hostname }: URL): boolean {
  return loopbackNames.has(hostname);
}

/** Reads the URL of a document and judges all of it but the address behind its host. */
export function readDocumentUrl(text: string, hosts: DocumentHosts): Result<URL, DocumentRefusal> {
  const url = URL.parse(text);
  if (url === null) return notAllowed('it is not an absolute URL');
  const isOurMachine = hosts === 'loopback' && isLoopbackName(url);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isOurMachine))
    return notAllowed('it is not https');
  if (url.username !== '' || url.password !== '') return notAllowed('it carries user information');
  if (url.hash !== '') return notAllowed('it carries a fragment');
  return ok(url);
}

function notAllowed(detail: string): Result<never, DocumentRefusal> {
  return refuse({ reason: 'url_not_allowed', detail });
}
