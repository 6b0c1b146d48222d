import { html } from '../html.ts';
import type { HttpResponse } from '../message.ts';
import { document, form } from './document.ts';
import type { Look } from './look.ts';
import { name } from './wording.ts';

export interface ChooserView {
  /** The client that the person comes from; absent on pages of our own. */
  readonly client?: string | undefined;
  /** In the order of the config. */
  readonly idps: readonly { readonly id: string; readonly name: string }[];
  /** The form posts there: `fields`, and `idp` with the id of the one that was chosen. */
  readonly action: `/${string}`;
  readonly fields: Readonly<Record<string, string>>;
  /** Where the answer to the form may redirect to. */
  readonly leadsTo: readonly string[];
}

/** Where several identity providers could be meant, the person says which. */
export function chooserPage(look: Look, view: ChooserView): HttpResponse {
  const choices = view.idps.map(
    (idp) => html`<li><button name="idp" value="${idp.id}">${name(idp.name)}</button></li>`,
  );
  return document(look, {
    status: 200,
    title: 'Choose where you sign in',
    formLeadsTo: view.leadsTo,
    body: html`
      <h1>Choose where you sign in</h1>
      ${view.client === undefined ? undefined : html`<p class="soft">To go on to ${name(view.client)}.</p>`}
      ${form(
        view.action,
        view.fields,
        html`<ul class="choice">
          ${choices}
        </ul>`,
      )}
    `,
  });
}
