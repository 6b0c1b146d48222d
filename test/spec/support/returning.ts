import type { Arrival, Browser } from '../../support/browser-player.ts';
import type { Company } from '../../support/company.ts';
import { pageOf, press } from './people.ts';
import { faultsAt, type StruckCall } from './struck-calls.ts';

/** What strikes a call, and the end of the function that others ask about accounts, wherever it is. */
export function faultsOfAsking(call: StruckCall): readonly string[] {
  const ends = call.target.endsWith('~Connections') ? [`${call.target}=crash@1`] : [];
  return [...faultsAt(call), ...ends];
}

/** Alice says yes, approves it at the tracker where that asks, and stops there: the address of the return, not opened yet. */
export async function upToReturn({ issuer }: Pick<Company, 'issuer'>, browser: Browser): Promise<URL> {
  const client = new URL('/connect/tracker/callback', issuer);
  const first = pageOf(
    await browser.open(new URL('/connect/tracker?agent=planner&scope=issues:read', issuer)),
  );
  let arrival: Arrival =
    first.url.origin === issuer ? { kind: 'page', page: first } : await press(browser, first, 'alice');
  while (arrival.kind === 'page') {
    const { page } = arrival;
    const [form] = page.forms;
    const button = form?.buttons.find(({ label }) => /^(?:Connect|Approve as)/.test(label));
    if (form === undefined || button === undefined) throw new Error(`no way on: ${page.text.slice(0, 300)}`);
    arrival = await browser.press(page, form, button, { client });
  }
  return arrival.url;
}

/** The whole way. */
export async function connectedAt(company: Pick<Company, 'issuer'>, browser: Browser): Promise<void> {
  const { text } = pageOf(await browser.open(await upToReturn(company, browser)));
  if (!text.includes('Demo tracker is connected')) throw new Error(`not connected: ${text.slice(0, 300)}`);
}
