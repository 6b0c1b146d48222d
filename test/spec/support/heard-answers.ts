import { providerTokenType } from '../../../lambdas/oauth/exchange/token-types.ts';

/**
 * What whoever asks at these origins is answered while the work is done: status, headers and body, as one text each. Without the
 * code that a browser came back with, for the page that it is shown has it try again with that; and without the token of a third
 * party where that is what was asked for.
 */
export async function answersDuring(
  origins: readonly string[],
  work: () => Promise<unknown>,
): Promise<readonly string[]> {
  const { fetch } = globalThis;
  const answers: string[] = [];
  globalThis.fetch = async (...asked) => {
    const response = await fetch(...asked);
    if (origins.includes(URL.parse(response.url)?.origin ?? '')) {
      const headers = JSON.stringify([...response.headers]);
      const body = await response.clone().text();
      const text = `${response.status} ${headers} ${body}`;
      const code = new URL(response.url).searchParams.get('code') ?? '';
      // Once: wherever else it stands, nobody asked for it.
      answers.push((code === '' ? text : text.replaceAll(code, '')).replace(handedOutIn(body), ''));
    }
    return response;
  };
  try {
    await work();
  } finally {
    globalThis.fetch = fetch;
  }
  return answers;
}

function handedOutIn(body: string): string {
  if (!body.startsWith('{') || !body.includes(providerTokenType)) return '';
  const { issued_token_type: issued, access_token: token = '' } = JSON.parse(body) as Readonly<
    Record<string, string | undefined>
  >;
  return issued === providerTokenType ? token : '';
}
