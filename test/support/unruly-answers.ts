import type { ServerResponse } from 'node:http';
import { sendJson } from '../../local/demo/http.ts';
import type { Behaviour } from './played-idp/behaviour.ts';

/** Whether it answers, or does not, in the way it was told to at this path. */
export function misbehaves(behaviour: Behaviour, path: string, response: ServerResponse): boolean {
  const { status, answers = {}, down, huge } = behaviour;
  const answer = answers[path];
  if (answer !== undefined) {
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    sendJson(response, answer.status, answer.body);
  } else if (status !== undefined) sendJson(response, status, {});
  else if (down?.includes(path) === true) sendJson(response, 503, {});
  else if (huge?.includes(path) === true) sendJson(response, 200, { much: 'x'.repeat(10_000_000) });
  else return isEndless(behaviour, path, response);
  return true;
}

function isEndless(
  { mute = [], drips = [] }: Pick<Behaviour, 'mute' | 'drips'>,
  path: string,
  response: ServerResponse,
): boolean {
  if (drips.includes(path)) drip(response);
  return drips.includes(path) || mute.includes(path);
}

/** Never silent for long, and never done: only a limit on the whole ends it. */
function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const dripping = setInterval(() => response.write(' '), 100);
  response.on('close', () => {
    clearInterval(dripping);
  });
}
