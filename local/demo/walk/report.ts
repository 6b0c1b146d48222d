import type { Exchange } from './wire.ts';
import { redactedAuthorization, redactedBody } from './redact.ts';

/** Something went another way than promised: the walk ends, and the run fails. */
export class Surprise extends Error {
  override readonly name = 'Surprise';
}

/** What the walk tells its reader. */
export interface Report {
  readonly step: (title: string) => void;
  readonly note: (text: string) => void;
  readonly exchange: (exchange: Exchange) => void;
  /** States a promise and its outcome; throws `Surprise` unless `got` matches. */
  readonly check: (
    promise: string,
    expected: string | number | RegExp,
    got: string | number | undefined,
  ) => void;
}

const longestBody = 220;

/** Writes to a stream, in colour where `colours` says that somebody watches. */
export function createReport(write: (line: string) => void, colours: boolean): Report {
  const paint = (code: number, text: string): string => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);
  let steps = 0;
  const check: Report['check'] = (promise, expected, got) => {
    const text = String(got);
    const good = expected instanceof RegExp ? expected.test(text) : expected === got;
    if (!good) throw new Surprise(`${promise}\n     expected ${String(expected)}\n     got      ${text}`);
    write(`   ${paint(32, '✓')} ${promise}`);
  };
  return {
    step: (title) => {
      steps += 1;
      write(`\n${paint(1, `${steps}. ${title}`)}`);
    },
    note: (text) => {
      write(`   ${text}`);
    },
    exchange: ({ request, response }) => {
      write(`   ${paint(36, '→')} ${request.method} ${request.url}`);
      if (request.authorization !== undefined) {
        write(paint(2, `       authorization: ${redactedAuthorization(request.authorization)}`));
      }
      if (request.body !== '') write(paint(2, `       ${redactedBody(request.body, longestBody)}`));
      write(`   ${paint(response.status < 400 ? 32 : 33, '←')} ${response.status}`);
      for (const [name, value] of response.headers) write(paint(2, `       ${name}: ${value}`));
      if (response.body !== '') write(paint(2, `       ${redactedBody(response.body, longestBody)}`));
    },
    check,
  };
}
