import { ok, type Result } from '../../runtime/result.ts';
import { onceDecoded } from './call-path.ts';
import { badCall, type CallRefusal } from './refusal.ts';

const longestQuery = 4_096;

/** Credentials that a server may take from there, and what frameworks take for the method of a request. */
const refused: ReadonlySet<string> = new Set(['access_token', 'oauth_token', '_method']);

/** The query of a call goes on as it was sent. `keyName`: the parameter by which the credential itself is sent there. */
export function readCallQuery(query: string, keyName: string | undefined): Result<string, CallRefusal> {
  if (query.length > longestQuery)
    return badCall('query_too_long', `the query is longer than ${longestQuery}`);
  if (!/^[!"$-~]*$/.test(query) || query.includes('\\')) {
    return badCall('query_malformed', 'the query must be percent-encoded, and without a fragment');
  }
  const names = parameterNames(query);
  const isRefused = names.some((name) => refused.has(name) || name === keyName?.toLowerCase());
  return isRefused
    ? badCall('query_refused', 'the query must name no credential and no other method')
    : ok(query);
}

/** Lower-case, as any server might read them: `filter[state]` is `filter` too. */
export function parameterNames(query: string): readonly string[] {
  return query.split(/[&;]/).flatMap((part) => {
    const [name = ''] = part.split('=');
    const whole = fullyDecoded(name.replaceAll('+', ' ')).trim().toLowerCase();
    return whole === '' ? [] : [whole, whole.split('[')[0] ?? whole];
  });
}

function fullyDecoded(text: string): string {
  const decoded = onceDecoded(text);
  return decoded === text ? text : fullyDecoded(decoded);
}
