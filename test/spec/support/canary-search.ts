/** Texts in which nobody may find a secret, under the name of where they are. */
export interface Place {
  readonly name: string;
  readonly texts: readonly string[];
}

/** A secret that stands where it may not, and how it is written there. */
export interface Finding {
  readonly canary: string;
  readonly place: string;
  readonly form: string;
}

/** In each secret that was planted but those that others made. */
const mark = 'canary';

/** Every secret in every place, in whatever form a text could hold it. */
export function search(canaries: readonly string[], places: readonly Place[]): readonly Finding[] {
  const marks = formsOf(mark).map(([, text]) => text);
  const unmarked = canaries.filter((canary) => !canary.includes(mark));
  return places.flatMap(({ name: place, texts }) =>
    texts.flatMap((text) => {
      const isMarked = marks.some((form) => text.includes(form));
      return (isMarked ? canaries : unmarked).flatMap((canary) =>
        formsOf(canary)
          .filter(([, form]) => text.includes(form))
          .slice(0, 1)
          .map(([form]) => ({ canary, place, form })),
      );
    }),
  );
}

type Form = readonly [name: string, text: string];

const forms = new Map<string, readonly Form[]>();

/** As it is, escaped, encoded for a URL, and in base64 wherever it begins in a longer text. */
export function formsOf(canary: string): readonly Form[] {
  const known = forms.get(canary);
  if (known !== undefined) return known;
  const url = encodeURIComponent(canary);
  const found: readonly Form[] = [
    ['verbatim', canary],
    ['JSON', JSON.stringify(canary).slice(1, -1)],
    ['percent-encoded', url],
    ['percent-encoded', url.replaceAll(/%../g, (triplet) => triplet.toLowerCase())],
    ['hexadecimal', Buffer.from(canary).toString('hex')],
    ...[0, 1, 2].flatMap((before): readonly Form[] => [
      ['base64', within(canary, before, 'base64')],
      ['base64url', within(canary, before, 'base64url')],
    ]),
  ];
  forms.set(canary, found);
  return found;
}

/** The characters that are of the secret alone, where so many bytes stand before it in its group of three. */
function within(canary: string, before: number, alphabet: 'base64' | 'base64url'): string {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(canary)]);
  return bytes.toString(alphabet).slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
}
