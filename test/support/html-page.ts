/** A page that the browser shows. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  readonly text: string;
  readonly forms: readonly Form[];
  readonly links: readonly Link[];
}

/** A form as a person without JavaScript has it before them. */
export interface Form {
  readonly action: URL;
  readonly method: 'GET' | 'POST';
  /** What is sent without anybody touching anything. */
  readonly fields: readonly (readonly [string, string])[];
  /** Fields to fill in, by their kind. */
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
  readonly buttons: readonly Button[];
}

export interface Button {
  readonly name: string | undefined;
  readonly value: string;
  readonly label: string;
}

export interface Link {
  readonly href: string;
  readonly label: string;
}

interface Element {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** The text between this tag and its end tag. */
  readonly label: string;
  /** Whether the tag lies between the tags of the form. */
  readonly offset: number;
}

const token =
  /<!--[\s\S]*?-->|<(script|style)\b[\s\S]*?<\/\1\s*>|<([a-z][a-z\d]*)((?:\s+[^\s=>/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*)\s*\/?>/gi;
const attribute = /([^\s=>/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;
const entities: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' },
};

export function formsOf(html: string, base: URL): readonly Form[] {
  const elements = elementsOf(html);
  return elements
    .filter(({ tag }) => tag === 'form')
    .map((form) => {
      const end = html.toLowerCase().indexOf('</form', form.offset);
      const within = elements.filter(({ offset }) => offset > form.offset && (end === -1 || offset < end));
      return formOf(form, within, base);
    });
}

export function linksOf(html: string): readonly Link[] {
  return elementsOf(html).flatMap(({ tag, attributes, label }) => {
    const href = attributes.get('href');
    return tag === 'a' && href !== undefined ? [{ href, label }] : [];
  });
}

/** What a person reads, on one line. */
export function textOf(html: string): string {
  const bare = html
    .replaceAll(/<!--[\s\S]*?-->|<(script|style|head)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replaceAll(/<[^>]*>/g, ' ');
  return decoded(bare).replaceAll(/\s+/g, ' ').trim();
}

function elementsOf(html: string): readonly Element[] {
  return [...html.matchAll(token)].flatMap((match) => {
    const [whole, , name, written = ''] = match;
    if (name === undefined) return [];
    const tag = name.toLowerCase();
    const start = match.index + whole.length;
    const end = html.toLowerCase().indexOf(`</${tag}`, start);
    const label = end === -1 ? '' : textOf(html.slice(start, end));
    return [{ tag, attributes: attributesOf(written), label, offset: match.index }];
  });
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(attribute)].map(([, name = '', double, single, bare]) => [
      name.toLowerCase(),
      decoded(double ?? single ?? bare ?? ''),
    ]),
  );
}

function decoded(text: string): string {
  return text.replaceAll(
    /&(?:#x([\da-f]+)|#(\d+)|([a-z]+));/gi,
    (whole: string, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      return entities[name?.toLowerCase() ?? ''] ?? whole;
    },
  );
}

function formOf(form: Element, within: readonly Element[], base: URL): Form {
  const buttons = within.filter(isSubmit).map(({ attributes, label }) => ({
    name: attributes.get('name'),
    value: attributes.get('value') ?? '',
    label: label === '' ? (attributes.get('value') ?? '') : label,
  }));
  const inputs = within.filter((element) => !isSubmit(element) && element.attributes.has('name'));
  return {
    action: new URL(form.attributes.get('action') ?? '', base),
    method: form.attributes.get('method')?.toUpperCase() === 'POST' ? 'POST' : 'GET',
    fields: inputs.flatMap(sentUntouched),
    inputs: inputs.map(({ attributes }) => ({
      name: attributes.get('name') ?? '',
      type: attributes.get('type')?.toLowerCase() ?? 'text',
    })),
    buttons,
  };
}

function isSubmit({ tag, attributes }: Element): boolean {
  const type = attributes.get('type')?.toLowerCase();
  if (tag === 'button') return type === undefined || type === 'submit';
  return tag === 'input' && (type === 'submit' || type === 'image');
}

function sentUntouched({ tag, attributes, label }: Element): readonly (readonly [string, string])[] {
  const name = attributes.get('name') ?? '';
  const type = attributes.get('type')?.toLowerCase();
  if (attributes.has('disabled')) return [];
  if (tag === 'textarea') return [[name, label]];
  if (tag !== 'input') return [];
  if ((type === 'checkbox' || type === 'radio') && !attributes.has('checked')) return [];
  return [[name, attributes.get('value') ?? (type === 'checkbox' ? 'on' : '')]];
}
