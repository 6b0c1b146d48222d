/** A page as a browser takes it apart: elements in order with their attributes, and the text between. */
export interface HtmlTokens {
  /** `main`, `/main`, `a href class`: names only. */
  readonly skeleton: readonly string[];
  /** Text between tags, and values of attributes, without references; what the style sheet says is left out. */
  readonly texts: readonly string[];
}

const tag = /^<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>/i;
const references: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#13;': '\r',
};

/** Takes apart what our pages are made of, and throws for anything else: a stray `<`, an unknown or bare reference. */
export function htmlTokens(page: string): HtmlTokens {
  const skeleton: string[] = [];
  const texts: string[] = [];
  let rest = page.replace(/^<!doctype html>/i, '');
  while (rest !== '') {
    if (!rest.startsWith('<')) {
      const end = rest.indexOf('<');
      const text = end < 0 ? rest : rest.slice(0, end);
      texts.push(unescaped(text));
      rest = rest.slice(text.length);
      continue;
    }
    const found = tag.exec(rest);
    if (found === null) throw new Error(`no tag: ${rest.slice(0, 80)}`);
    const [whole, slash = '', name = '', attributes = ''] = found;
    const pairs = [...attributes.matchAll(/([a-z-]+)(?:="([^"]*)")?/gi)];
    skeleton.push([`${slash}${name}`, ...pairs.map(([, attribute = '']) => attribute)].join(' '));
    texts.push(...pairs.map(([, , value = '']) => unescaped(value)));
    rest = rest.slice(whole.length);
    if (name === 'style' && slash === '') rest = rest.slice(rest.indexOf('</style>'));
  }
  return { skeleton, texts };
}

function unescaped(text: string): string {
  return text.replace(/&(?:[a-z]+|#\d+);|&|"|>/g, (reference) => {
    const character = references[reference];
    if (character === undefined) throw new Error(`no reference: ${reference} in ${text}`);
    return character;
  });
}
