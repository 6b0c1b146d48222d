import type { Button, Form, Page } from './html-page.ts';

export interface SignIn {
  readonly authorizeUrl: URL | string;
  /** At the identity provider. Default: `alice`. */
  readonly user?: string;
  /** Where it asks for one. Default: the name of the user. */
  readonly password?: string;
  /** What the person says on the consent page. Default: `allow`. */
  readonly decision?: 'allow' | 'deny';
  /** What the button or link of the provider says, where people choose between several. */
  readonly idp?: string | RegExp;
  /** Where the client waits. Default: what `authorizeUrl` has as `redirect_uri`. */
  readonly client?: URL;
  /** Instead of opening `authorizeUrl`, its parameters are sent as a form. */
  readonly post?: boolean;
}

/** What a person does on a page. */
export type Step =
  | { readonly kind: 'link'; readonly url: URL }
  | {
      readonly kind: 'form';
      readonly form: Form;
      readonly button: Button | undefined;
      readonly fields: Readonly<Record<string, string>>;
    };

const decisions = {
  allow: /^(allow|approve|authori[sz]e|accept|agree|yes)\b/i,
  deny: /^(deny|cancel|refuse|reject|decline|don['’]t|no)\b/i,
};

/** What the person of `signIn` does on a page to get on; undefined where there is no way on. */
export function stepOn(
  page: Page,
  authorize: URL,
  signIn: SignIn,
  client: URL | undefined,
): Step | undefined {
  // Pages of an authorization server and of identity providers are told apart by their origin.
  if (page.url.origin !== authorize.origin) return stepAtProvider(page, signIn);
  const back = page.links.map(({ href }) => new URL(href, page.url)).find((url) => isAt(url, client));
  if (back !== undefined) return { kind: 'link', url: back };
  return stepByLabel(page, decisions[signIn.decision ?? 'allow']) ?? stepByLabel(page, signIn.idp);
}

function stepByLabel(page: Page, wanted: string | RegExp | undefined): Step | undefined {
  if (wanted === undefined) return undefined;
  const matches = (text: string): boolean =>
    typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
  for (const form of page.forms) {
    const button = form.buttons.find(({ label, value }) => matches(label) || matches(value));
    if (button !== undefined) return { kind: 'form', form, button, fields: {} };
  }
  const link = page.links.find(({ label }) => matches(label));
  return link && { kind: 'link', url: new URL(link.href, page.url) };
}

/** A button that names the user, or else the fields that ask who it is. */
function stepAtProvider(page: Page, { user = 'alice', password = user }: SignIn): Step | undefined {
  if (page.status >= 400) return undefined;
  for (const form of page.forms) {
    const button = form.buttons.find(({ value }) => value === user);
    if (button !== undefined) return { kind: 'form', form, button, fields: {} };
  }
  const form = page.forms.find(({ inputs }) => inputs.some(({ type }) => type !== 'hidden'));
  if (form === undefined) return undefined;
  const named = form.inputs.filter(({ type }) => type === 'text' || type === 'email');
  const secret = form.inputs.filter(({ type }) => type === 'password');
  const fields = Object.fromEntries([
    ...named.map(({ name }) => [name, user]),
    ...secret.map(({ name }) => [name, password]),
  ]) as Record<string, string>;
  return { kind: 'form', form, button: form.buttons[0], fields };
}

/** Whether an address is the client's redirect URI, whatever its query says. */
export function isAt(url: URL, client: URL | undefined): boolean {
  return url.protocol === client?.protocol && url.host === client.host && url.pathname === client.pathname;
}
