import type { ServerResponse } from 'node:http';
import { type Answer, startThirdParty, type ThirdParty } from '../../unit/egress/proxy/a-third-party.ts';

type Received = Parameters<Answer>[0];

const says =
  (status: number, headers: (said: string) => Readonly<Record<string, string>> = () => ({})) =>
  (said: string, response: ServerResponse): void => {
    const more = {
      link: `<https://api.example/?${said}>; rel="next"`,
      'x-request-id': said,
      etag: `"${said}"`,
    };
    response.writeHead(status, { 'content-type': 'application/json', ...more, ...headers(said) }).end(said);
  };

/** By the last segment of the path: what it answers with all that it was sent. */
const answers: Readonly<Record<string, (said: string, response: ServerResponse) => unknown>> = {
  echo: says(200),
  missing: says(404),
  refused: says(401, (said) => ({ 'www-authenticate': `Bearer error="${said.replaceAll('"', '')}"` })),
  broken: says(503, () => ({ 'retry-after': '1' })),
  moved: says(302, (said) => ({ location: `https://elsewhere.example/?${encodeURIComponent(said)}` })),
  huge: (said, response) => response.end(said.repeat(Math.ceil(5_000_000 / said.length))),
  gone: (_, response) => response.destroy(),
  cut: (said, response) => {
    response.writeHead(200, { 'content-length': '1000000' }).write(said);
    setTimeout(() => response.destroy(), 20);
  },
  slow: (said, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write(said);
  },
  busy: says(429, () => ({ 'retry-after': '1' })),
};

/** What agents can come upon at once, the last of which has everybody wait. */
export const mishaps = ['missing', 'refused', 'broken', 'moved', 'huge', 'gone', 'cut', 'busy'] as const;

/** An API of all third parties that repeats whatever it is sent, the credential too. */
export async function startRepeatingApi(): Promise<ThirdParty> {
  const api = await startThirdParty();
  api.answers = (received, response) => {
    const { pathname } = new URL(received.url, 'http://third.example');
    (answers[pathname.split('/').at(-1) ?? ''] ?? says(404))(repeated(received), response);
  };
  return api;
}

/** In one line, so that a header can hold it. */
function repeated({ url, headers, body }: Received): string {
  const { authorization, 'x-key': key } = headers;
  return JSON.stringify({ url, authorization, key, body: body.toString().slice(0, 1_000) });
}
