/** Takes secrets out of what a third party says. */
export interface Redactor {
  readonly bytes: (bytes: Uint8Array) => { readonly bytes: Uint8Array; readonly count: number };
  readonly text: (text: string) => { readonly text: string; readonly count: number };
}

const mark = '[redacted]';
/** What is shorter stands in many a text by chance. */
const shortest = 6;

/** Of each secret itself, and of the forms in which a text holds another: in base64 wherever it begins, encoded for a URL, JSON or HTML. */
export function redactorOf(secrets: readonly string[]): Redactor {
  const forms = [...new Set(secrets.flatMap(formsOf))]
    .filter((form) => form.length >= shortest)
    // A form within another would leave the rest of that.
    .toSorted((left, right) => right.length - left.length)
    .map((form) => Buffer.from(form));
  const redacted = (bytes: Uint8Array): Taken =>
    forms.reduce<Taken>(
      (left, form) => {
        const taken = without(left.bytes, form);
        return { bytes: taken.bytes, count: left.count + taken.count };
      },
      { bytes: Buffer.from(bytes), count: 0 },
    );
  return {
    bytes: redacted,
    text: (text) => {
      const { bytes, count } = redacted(Buffer.from(text));
      return { text: bytes.toString(), count };
    },
  };
}

interface Taken {
  readonly bytes: Buffer;
  readonly count: number;
}

function without(bytes: Buffer, form: Buffer): Taken {
  const kept: Buffer[] = [];
  let [from, at] = [0, bytes.indexOf(form)];
  while (at >= 0) {
    kept.push(bytes.subarray(from, at), Buffer.from(mark));
    from = at + form.length;
    at = bytes.indexOf(form, from);
  }
  return kept.length === 0
    ? { bytes, count: 0 }
    : { bytes: Buffer.concat([...kept, bytes.subarray(from)]), count: kept.length / 2 };
}

function formsOf(secret: string): readonly string[] {
  const url = encodeURIComponent(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    ...[secret, json, json.replaceAll('/', '\\/'), inHtml(secret)],
    ...[url, url.replaceAll(/%../g, (triplet) => triplet.toLowerCase()), url.replaceAll('%20', '+')],
    ...[Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('hex').toUpperCase()],
    ...[0, 1, 2].flatMap((before) => inBase64(secret, before)),
  ];
}

function inHtml(secret: string): string {
  return secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** The characters that are of the secret alone, where so many bytes of a group of three stand before it. */
function inBase64(secret: string, before: number): readonly string[] {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
  const whole = Math.floor((bytes.length * 8) / 6);
  const start = Math.ceil((before * 8) / 6);
  return (['base64', 'base64url'] as const).map((alphabet) => bytes.toString(alphabet).slice(start, whole));
}
