/** Text that is HTML already. The tag `html` alone makes it. */
export interface Html {
  readonly html: string;
}

type Part = string | number | Html | undefined | readonly (Html | undefined)[];

/** HTML with values in it: text is escaped, HTML stays, `undefined` is nothing. For content and quoted attributes. */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const written = template.map((piece, index) => piece + rendered(parts[index]));
  return { html: written.join('') };
}

function rendered(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return 'html' in part ? part.html : part.map(rendered).join('');
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // A parser would make a line feed of it.
  '\r': '&#13;',
  '\0': '\ufffd',
};

function escapeHtml(text: string): string {
  return text.toWellFormed().replace(/[&<>"'\r\0]/g, (character) => references[character] ?? '');
}
