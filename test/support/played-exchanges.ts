import { randomUUID } from 'node:crypto';
import type { Answered, Asked } from './played-idp/behaviour.ts';

export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';

/** One token request, as it came. */
export interface AskedExchange {
  readonly form: Readonly<Record<string, string>>;
  /** Who proved itself by a secret, and by which. */
  readonly client: string | undefined;
  readonly secret: string | undefined;
  readonly url: URL;
}

/** What a token endpoint says of an exchange, or does: `hang up` answers nothing. */
export type ExchangeAnswer = Answered | 'hang up';

/** Judges an exchange as its provider documents it. */
export type ExchangeJudge = (asked: AskedExchange, given: PlayedExchanges) => ExchangeAnswer;

/** The exchanges of a played identity provider: each parameter of each request is judged. */
export interface PlayedExchanges {
  /** Goes into the identity provider. */
  readonly also: (path: string, asked: Asked) => ExchangeAnswer | undefined;
  readonly requests: readonly AskedExchange[];
  /** Every token that it has given away. */
  readonly given: readonly string[];
  /** Answers the next exchanges so. */
  readonly play: (behaviour?: (asked: AskedExchange) => ExchangeAnswer | undefined) => void;
  readonly give: (members?: Readonly<Record<string, unknown>>) => Answered;
}

export function playExchanges(judge: ExchangeJudge): PlayedExchanges {
  const requests: AskedExchange[] = [];
  const given: string[] = [];
  let behaviour: (asked: AskedExchange) => ExchangeAnswer | undefined = () => undefined;
  const played: PlayedExchanges = {
    requests,
    given,
    play: (next = () => undefined) => {
      behaviour = next;
    },
    give: (members = {}) => {
      const token = `api-canary-${randomUUID()}`;
      given.push(token);
      const body = {
        access_token: token,
        issued_token_type: accessToken,
        token_type: 'Bearer',
        expires_in: 300,
      };
      return { status: 200, body: { ...body, ...members } };
    },
    also: (path, { url, authorization, proof, body, method }) => {
      const form = Object.fromEntries(new URLSearchParams(body));
      const grantType = form['grant_type'];
      const isOurs = method === 'POST' && path.endsWith('/token') && grantType !== undefined;
      if (!isOurs || ['authorization_code', 'refresh_token'].includes(grantType)) return undefined;
      const asked = { form, ...provedBy(authorization, form), url };
      requests.push(asked);
      const answer = behaviour(asked) ?? judge(asked, played);
      return proof === undefined ? answer : bound(answer);
    },
  };
  return played;
}

/** RFC 9449 §5: what is asked with a proof is bound to its key, whether that was demanded or not. */
function bound(answer: ExchangeAnswer): ExchangeAnswer {
  if (answer === 'hang up' || !('token_type' in answer.body) || answer.body.token_type !== 'Bearer')
    return answer;
  return { ...answer, body: { ...answer.body, token_type: 'DPoP' } };
}

export function refused(error: string, members: object = {}, status = 400): Answered {
  return { status, body: { error, error_description: 'as of ann@example.com', ...members } };
}

/** Exactly these parameters, with exactly these values; what is undefined may be anything that is there. */
export function isExactly(
  form: Readonly<Record<string, string>>,
  expected: Readonly<Record<string, string | undefined>>,
): boolean {
  const names = new Set([...Object.keys(form), ...Object.keys(expected)]);
  return [...names].every(
    (name) =>
      form[name] !== undefined && name in expected && [undefined, form[name]].includes(expected[name]),
  );
}

/** RFC 8693 §2.1, for an API that is known by an audience. */
export function standardJudge(audience: string): ExchangeJudge {
  return ({ form, client }, { give }) => {
    if (client !== 'vestibule') return refused('invalid_client', {}, 401);
    const isSound = isExactly(form, {
      ...{ grant_type: tokenExchange, subject_token: undefined, subject_token_type: accessToken },
      ...{ requested_token_type: accessToken, scope: undefined, audience },
    });
    if (!isSound) return refused('invalid_request');
    return form['subject_token']?.startsWith('access-canary-') === true
      ? give({ scope: form['scope'] })
      : refused('invalid_request');
  };
}

/** RFC 6749 §4.4: for the client itself, at an API that is known by an audience. */
export function machineJudge(audience: string): ExchangeJudge {
  return ({ form, client }, { give }) => {
    if (client !== 'vestibule') return refused('invalid_client', {}, 401);
    const isSound = isExactly(form, { grant_type: 'client_credentials', scope: undefined, audience });
    return isSound
      ? give({ issued_token_type: undefined, scope: form['scope'] })
      : refused('invalid_request');
  };
}

/** RFC 6749 §2.3.1: by Basic, each half form-urlencoded, or in the form. */
function provedBy(
  authorization: string | undefined,
  form: Readonly<Record<string, string>>,
): Pick<AskedExchange, 'client' | 'secret'> {
  if (authorization === undefined) return { client: form['client_id'], secret: form['client_secret'] };
  const [id = '', secret = ''] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
    .toString()
    .split(':');
  return { client: decodeURIComponent(id), secret: decodeURIComponent(secret) };
}
