import { failed } from './failure.ts';
import type { Endpoint } from './message.ts';
import type { Look } from './pages/look.ts';
import { messagePage } from './pages/message.ts';

/** Answers what an endpoint threw with a page, for people; a program, which asks for no HTML, gets the JSON of the rim. */
export function pagesOnFailure(look: Look, endpoint: Endpoint): Endpoint {
  return async (request) => {
    try {
      return await endpoint(request);
    } catch (error) {
      const answer = failed(error, request.requestId);
      if (!(request.headers['accept'] ?? '').includes('text/html')) return answer;
      const { status, headers } = answer;
      const passing = status === 503;
      const page = messagePage(look, {
        status,
        title: passing ? 'This does not work right now' : 'Something went wrong here',
        paragraphs: [
          passing
            ? 'A part that we need does not answer. Nothing was changed: go back and try again in a moment.'
            : 'The mistake is ours. If it happens again, tell the people who run this page, with the reference below.',
        ],
        reference: request.requestId,
      });
      const wait = headers['retry-after'];
      return wait === undefined ? page : { ...page, headers: { ...page.headers, 'retry-after': wait } };
    }
  };
}
