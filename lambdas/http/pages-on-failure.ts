import { parseFields } from './form.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import type { Look } from './pages/look.ts';
import { type MessageView, messagePage } from './pages/message.ts';

/**
 * Answers a failure with a page, for people; a program, which asks for no HTML, gets the JSON of the rim. It belongs at the
 * rim, where a function that runs out of its own time is a failure too.
 */
export function pagesOnFailure(look: Look): (answer: HttpResponse, request: HttpRequest) => HttpResponse {
  return (answer, request) => {
    if (!(request.headers['accept'] ?? '').includes('text/html')) return answer;
    const { status, headers } = answer;
    const passing = status === 503;
    const page = messagePage(look, {
      status,
      title: passing ? 'This does not work right now' : 'Something went wrong here',
      paragraphs: [
        passing
          ? 'A part that we need does not answer. Try again in a moment.'
          : 'The mistake is ours. If it happens again, tell the people who run this page, with the reference below.',
      ],
      reference: request.requestId,
      ...(passing && wayToRepeat(request)),
    });
    const wait = headers['retry-after'];
    return wait === undefined ? page : { ...page, headers: { ...page.headers, 'retry-after': wait } };
  };
}

/** The same request again. Whatever of it may happen only once is kept so by what it carries. */
function wayToRepeat({ method, path, query, body }: HttpRequest): Pick<MessageView, 'again' | 'link'> {
  const label = 'Try again';
  if (method !== 'POST') return { link: { label, href: query === '' ? path : `${path}?${query}` } };
  const fields = parseFields(Buffer.from(body).toString());
  if (!fields.ok) return {};
  const { values, resources } = fields.value;
  return {
    again: {
      ...{ label, action: `/${path.replace(/^\/+/, '')}` },
      fields: {
        ...Object.fromEntries(values),
        ...(resources[0] !== undefined && { resource: resources[0] }),
      },
      leadsTo: 'anywhere',
    },
  };
}
