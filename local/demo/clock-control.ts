import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocalRun } from '../run.ts';
import { listen, readBody, type RunningServer, sendJson } from './http.ts';

const mostMinutes = 24 * 60;

/**
 * `POST /` with `minutes=15`: so much time passes, and in each of its minutes all that is due is done before the next one.
 * Answers by how many seconds the run is ahead of the machine, which `GET /` tells too.
 */
export function startClockControl(
  { clock, settle }: Pick<LocalRun, 'clock' | 'settle'>,
  log: (line: string) => void,
): Promise<RunningServer> {
  let ahead = 0;
  let passing = Promise.resolve();
  const pass = async (minutes: number): Promise<void> => {
    for (let passed = 0; passed < minutes; passed += 1) {
      clock.advance(60);
      ahead += 60;
      await settle();
    }
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'POST') {
      const minutes = Number(new URLSearchParams(await readBody(request)).get('minutes'));
      if (!Number.isInteger(minutes) || minutes < 1 || minutes > mostMinutes) {
        sendJson(response, 400, { error: `minutes: a whole number from 1 to ${mostMinutes}` });
        return;
      }
      const before = passing;
      passing = before.catch(() => undefined).then(() => pass(minutes));
      await passing;
    }
    sendJson(response, 200, { ahead_seconds: ahead });
  };
  return listen(0, handle, log);
}
