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
  /** States that `attempt` must fail, and how. */
  readonly refused: (promise: string, how: RegExp, attempt: () => Promise<unknown>) => Promise<void>;
}

type Paint = (code: number, text: string) => string;

const longestBody = 220;

/**
 * Writes line by line, in colour where `colours` says that somebody watches. An exchange that looks exactly like an
 * earlier one takes one line.
 */
export function createReport(write: (line: string) => void, colours: boolean): Report {
  const paint: Paint = (code, text) => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);
  const seen = new Set<string>();
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
    exchange: (exchange) => {
      const lines = linesOf(exchange, paint);
      const text = lines.join('\n');
      write(seen.has(text) ? paint(2, summaryOf(exchange)) : text);
      seen.add(text);
    },
    check,
    refused: async (promise, how, attempt) => {
      const outcome = await attempt().then(
        () => 'it succeeded',
        (error: unknown) => String(error),
      );
      check(promise, how, outcome);
    },
  };
}

function linesOf({ request, response }: Exchange, paint: Paint): readonly string[] {
  const { method, url, authorization } = request;
  const detail = (text: string): readonly string[] => (text === '' ? [] : [paint(2, `       ${text}`)]);
  return [
    `   ${paint(36, '→')} ${method} ${url}`,
    ...detail(authorization === undefined ? '' : `authorization: ${redactedAuthorization(authorization)}`),
    ...detail(redactedBody(request.body, longestBody)),
    `   ${paint(response.status < 400 ? 32 : 33, '←')} ${response.status}`,
    ...response.headers.flatMap(([name, value]) => detail(`${name}: ${value}`)),
    ...detail(redactedBody(response.body, longestBody)),
  ];
}

function summaryOf({ request, response }: Exchange): string {
  return `   → ${request.method} ${request.url} ← ${response.status} as before`;
}
