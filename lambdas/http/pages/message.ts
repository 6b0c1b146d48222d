import { html } from '../html.ts';
import type { HttpResponse } from '../message.ts';
import { buttonTo, document, form } from './document.ts';
import type { Look } from './look.ts';

export interface MessageView {
  readonly status: number;
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** What to tell an administrator: the id of the request. */
  readonly reference: string;
  /** A way to do it again. */
  readonly again?:
    | {
        readonly label: string;
        readonly action: `/${string}`;
        readonly fields: Readonly<Record<string, string>>;
        /** Where the answer to the form may redirect to. */
        readonly leadsTo: readonly string[] | 'anywhere';
      }
    | undefined;
  /** A way on: a path of ours, or a URL of whatever scheme an application opens. */
  readonly link?: { readonly label: string; readonly href: string } | undefined;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
}

/** A page of words for a person: what went wrong, or what is done. */
export function messagePage(look: Look, view: MessageView): HttpResponse {
  const { again, link, retryAfter } = view;
  const repeated =
    again && form(again.action, again.fields, html`<button class="main">${again.label}</button>`);
  const onward = link && buttonTo(link.href, html`${link.label}`);
  return document(look, {
    status: view.status,
    title: view.title,
    formLeadsTo: again?.leadsTo,
    headers: retryAfter === undefined ? undefined : { 'retry-after': String(retryAfter) },
    body: html`
      <h1>${view.title}</h1>
      ${view.paragraphs.map((text) => html`<p>${text}</p>`)}
      ${again || link ? html`<div class="actions">${repeated}${onward}</div>` : undefined}
    `,
    footer: html`<p>Reference: <code>${view.reference}</code></p>`,
  });
}
