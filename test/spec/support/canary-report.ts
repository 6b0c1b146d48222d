import { startCanaryOffice, type CanaryOffice } from './canary-office.ts';
import { placesOf } from './canary-places.ts';
import { type Finding, type Place, search } from './canary-search.ts';
import { walkAll } from './canary-walk.ts';
import { answersDuring } from './heard-answers.ts';

/** What became of the secrets that were planted at a third party. */
interface CanaryLine {
  readonly provider: string;
  readonly planted: number;
  /** Calls that the API got with one of them. */
  readonly borne: number;
  readonly found: readonly Finding[];
}

export interface CanaryReport {
  readonly lines: readonly CanaryLine[];
  readonly places: readonly Place[];
  /** Every secret that was planted. */
  readonly canaries: readonly string[];
}

/** Plants secrets at every third party, has everything happen to them, and looks for them everywhere. */
export async function canaryReport(
  progress: (doing: string) => void = () => undefined,
): Promise<CanaryReport> {
  const office = await startCanaryOffice();
  try {
    const answers = await answersDuring(office.issuer, () => walkAll(office, progress));
    await office.run.settle();
    progress('the search');
    const places = await placesOf(office, answers);
    return {
      lines: office.parties.map((planted) => {
        const canaries = planted.canaries();
        return {
          ...{ provider: planted.id, planted: canaries.length, borne: borneOf(office, canaries) },
          found: search(canaries, places),
        };
      }),
      places,
      canaries: office.parties.flatMap((planted) => planted.canaries()),
    };
  } finally {
    await office.stop();
  }
}

function borneOf({ api }: CanaryOffice, canaries: readonly string[]): number {
  const got = api.received.map(({ url, headers }) => JSON.stringify([url, headers]));
  return got.filter((text) => search(canaries, [{ name: 'call', texts: [text] }]).length > 0).length;
}
