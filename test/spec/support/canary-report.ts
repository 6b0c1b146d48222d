import { startCanaryOffice, type CanaryOffice } from './canary-office.ts';
import { placesOf, tokensInSecretsOf } from './canary-places.ts';
import { type Finding, type Place, search } from './canary-search.ts';
import { walkAll } from './canary-walk.ts';
import { answersDuring } from './heard-answers.ts';

/** What became of the secrets that were planted at a third party. */
interface CanaryLine {
  readonly provider: string;
  readonly vault: CanaryOffice['vault'];
  readonly planted: number;
  /** Calls that the API got with one of them. */
  readonly borne: number;
  /** Those that an agent asked for and was given. */
  readonly handedOut: number;
  /** Those that stand where the config wants the tokens of accounts, if it wants them in secrets. */
  readonly inSecrets: number;
  readonly found: readonly Finding[];
}

export interface CanaryReport {
  readonly lines: readonly CanaryLine[];
  readonly places: readonly Place[];
  /** Every secret that was planted. */
  readonly canaries: readonly string[];
}

type Progress = (doing: string) => void;

/** Plants secrets at every third party, has everything happen to them, and looks for them everywhere; in each kind of vault. */
export async function canaryReport(progress: Progress = () => undefined): Promise<CanaryReport> {
  const offices: CanaryOffice[] = [];
  try {
    // One after the other, for each takes ports that are free.
    for (const vault of ['dynamodb', 'secrets-manager'] as const)
      offices.push(await startCanaryOffice(vault));
    return await reportOf(offices, progress);
  } finally {
    for (const office of offices) await office.stop();
  }
}

async function reportOf(offices: readonly CanaryOffice[], progress: Progress): Promise<CanaryReport> {
  const handedOut: string[] = [];
  const answers = await answersDuring(
    offices.map(({ issuer }) => issuer),
    async () => {
      const walked = offices.map((office) =>
        walkAll(office, (doing) => {
          progress(`${office.vault}: ${doing}`);
        }),
      );
      handedOut.push(...(await Promise.all(walked)).flat());
    },
  );
  for (const { run } of offices) await run.settle();
  progress('the search');
  const places = [...together(await Promise.all(offices.map(placesOf))), { name: 'answers', texts: answers }];
  const lines = offices.map((office) => linesOf(office, handedOut, places));
  return {
    ...{ lines: (await Promise.all(lines)).flat(), places },
    canaries: offices.flatMap(({ parties }) => parties.flatMap((planted) => planted.canaries())),
  };
}

async function linesOf(
  office: CanaryOffice,
  handedOut: readonly string[],
  places: readonly Place[],
): Promise<readonly CanaryLine[]> {
  const { vault, parties } = office;
  const inSecrets = await tokensInSecretsOf(office);
  return parties.map((planted) => {
    const canaries = planted.canaries();
    return {
      ...{ provider: planted.id, vault, planted: canaries.length, borne: borneOf(office, canaries) },
      handedOut: canaries.filter((canary) => handedOut.includes(canary)).length,
      inSecrets: canaries.filter((canary) => inSecrets.some((text) => text.includes(canary))).length,
      found: search(canaries, places),
    };
  });
}

/** The same place of all deployments as one. */
function together(places: readonly (readonly Place[])[]): readonly Place[] {
  const names = new Set(places.flat().map(({ name }) => name));
  return [...names].map((name) => ({
    name,
    texts: places.flat().flatMap((place) => (place.name === name ? place.texts : [])),
  }));
}

function borneOf({ api }: CanaryOffice, canaries: readonly string[]): number {
  const got = api.received.map(({ url, headers }) => JSON.stringify([url, headers]));
  return got.filter((text) => search(canaries, [{ name: 'call', texts: [text] }]).length > 0).length;
}
