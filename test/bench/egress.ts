import { startEgressHouse } from './calls/measure-egress.ts';
import type { Part, Row } from './report.ts';

const section = 'Third parties: a call of an API of no delay, one after the other';
const calls = 300;

/** What the proxy adds to a call, on this machine: its own work, and that of the stand-ins for AWS behind it. */
export const egress: Part = async (progress) => {
  const house = await startEgressHouse();
  try {
    const token = String((await house.ask()).body['access_token']);
    const direct = async (): Promise<number> => (await read(await fetch(`${house.origin}/items`))).status;
    const proxied = async (): Promise<number> => (await house.call(token)).status;
    progress(`${calls} calls each way, in turns`);
    await timed(direct);
    await timed(proxied);
    const times = { direct: [] as number[], proxied: [] as number[] };
    for (let made = 0; made < calls; made += 1) {
      times.direct.push(await timed(direct));
      times.proxied.push(await timed(proxied));
    }
    return [row('without the proxy', times.direct), row('through the proxy', times.proxied)];
  } finally {
    await house.stop();
  }
};

async function read(response: Response): Promise<Response> {
  await response.arrayBuffer();
  return response;
}

async function timed(call: () => Promise<number>): Promise<number> {
  const began = performance.now();
  const status = await call();
  if (status !== 200) throw new Error(`the call was answered ${status}`);
  return performance.now() - began;
}

function row(what: string, times: readonly number[]): Row {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
  return { section, what, measured: `${at(0.5)} ms in the middle, ${at(0.95)} ms at most for 95 of 100` };
}
