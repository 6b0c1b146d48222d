import type { DocumentFault } from '../../ports/client-documents.ts';
import type { DocumentRefusal } from '../../ports/documents.ts';

/** What the fetcher's refusal means for a metadata document. */
export function faultOf(refusal: DocumentRefusal): DocumentFault {
  switch (refusal.reason) {
    case 'url_not_allowed':
      return { fault: refusal.reason, detail: `the document cannot be fetched: ${refusal.detail}` };
    case 'address_not_allowed':
      return {
        fault: 'special_use_address',
        detail: 'the host of the document has an address that is not public',
      };
    case 'unreachable':
      return { fault: refusal.reason, detail: 'the host of the document does not answer' };
    case 'timed_out':
      return { fault: 'timeout', detail: 'the host of the document does not answer in time' };
    case 'status_not_ok':
      return {
        fault: isRedirect(refusal.status) ? 'redirect' : refusal.reason,
        detail: `the document is answered with status ${refusal.status}, not with 200`,
      };
    case 'not_json':
      return { fault: refusal.reason, detail: 'the document is not JSON, or not sent as application/json' };
    case 'too_large':
      return { fault: refusal.reason, detail: 'the document is larger than 5 kB' };
  }
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}
