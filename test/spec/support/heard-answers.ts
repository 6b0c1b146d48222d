/**
 * What whoever asks there is answered while the work is done: status, headers and body, as one text each. Without the code
 * that a browser came back with: the page that it is shown has it try again with that.
 */
export async function answersDuring(
  origin: string,
  work: () => Promise<unknown>,
): Promise<readonly string[]> {
  const { fetch } = globalThis;
  const answers: string[] = [];
  globalThis.fetch = async (...asked) => {
    const response = await fetch(...asked);
    if (URL.parse(response.url)?.origin === origin) {
      const headers = JSON.stringify([...response.headers]);
      const text = `${response.status} ${headers} ${await response.clone().text()}`;
      const code = new URL(response.url).searchParams.get('code') ?? '';
      answers.push(code === '' ? text : text.replaceAll(code, ''));
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
