import { html } from '../html.ts';
import type { HttpResponse } from '../message.ts';
import { document, form } from './document.ts';
import type { Look } from './look.ts';
import { type ClientOrigin, name, whatFor, whoAsks } from './wording.ts';

export interface UserCodeView {
  readonly action: `/${string}`;
  /** What stands in the field already, as it is shown: it came with the link. */
  readonly prefilled?: string | undefined;
  /** Whether what was entered is no code of a device that waits. */
  readonly wrong: boolean;
}

/** RFC 8628 §3.3: where a person enters what a device shows. A link may bring the code, and the person sends it. */
export function userCodePage(look: Look, { action, prefilled = '', wrong }: UserCodeView): HttpResponse {
  const field = html`
    <label for="user_code">The code that your device shows</label>
    <input
      id="user_code"
      name="user_code"
      type="text"
      value="${prefilled}"
      autocomplete="off"
      autocapitalize="characters"
      spellcheck="false"
      maxlength="32"
      required
      aria-describedby="user_code_note"
    />
    <p class="soft" id="user_code_note">
      Eight letters, such as WDJB-MJHT; capitals and the dash do not matter.
    </p>
    <div class="actions"><button class="main">Go on</button></div>
  `;
  return document(look, {
    status: wrong ? 400 : 200,
    title: 'Connect a device',
    formLeadsTo: [],
    body: html`
      <h1>Connect a device</h1>
      ${wrong ? notThatOne : undefined}
      <p>An application on another device, or in a terminal, gave you a code to enter here.</p>
      ${form(action, {}, field)}
    `,
  });
}

const notThatOne = html`<p class="warning" role="alert">
  <strong>That code does not count.</strong> Compare it with what your device shows. A code is for ten minutes
  and for one time: your device may have a new one by now.
</p>`;

export interface DeviceView {
  readonly client: { readonly name: string; readonly origin: ClientOrigin };
  /** As people read it. */
  readonly userCode: string;
  readonly resource?: { readonly name: string; readonly host: string } | undefined;
  readonly action: `/${string}`;
  readonly fields: Readonly<Record<string, string>>;
  /** Where the answer to the form may redirect to. */
  readonly leadsTo: readonly string[];
}

/** RFC 8628 §5.4: who is to be let in, on which device, and that it has to be the person's own. */
export function devicePage(look: Look, view: DeviceView): HttpResponse {
  const { client, resource } = view;
  return document(look, {
    status: 200,
    title: `Connect ${client.name}?`,
    formLeadsTo: view.leadsTo,
    body: html`
      <h1>Connect ${name(client.name)} on a device?</h1>
      <dl class="rows">
        ${whoAsks(client, look)} ${resource && whatFor(resource)}
        <div>
          <dt>The code on the device</dt>
          <dd><strong class="code">${view.userCode}</strong></dd>
        </div>
      </dl>
      <p class="warning">
        <strong>Go on only if you started this on your own device</strong>, and it shows this very code. If
        somebody sent you the code or a link with it, they would act in your name.
      </p>
      ${form(view.action, view.fields, decision)}
    `,
  });
}

const decision = html`<div class="actions">
  <button class="main" name="decision" value="allow">Yes, I started this</button>
  <button name="decision" value="deny">No, stop it</button>
</div>`;

/** The end of the way; nobody is sent anywhere from here. */
export function deviceApprovedPage(look: Look, client: string): HttpResponse {
  return document(look, {
    status: 200,
    title: 'You can go back to your device',
    body: html`
      <h1>You can go back to your device</h1>
      <p class="done">${name(client)} is connected there in a moment. You can close this page.</p>
    `,
    footer: html`<p>
      You can see and withdraw what you allowed at any time under <a href="/account">your access</a>.
    </p>`,
  });
}

/** `why`: undefined where it was the person who said no. */
export function deviceDeniedPage(look: Look, client: string, why: string | undefined): HttpResponse {
  return document(look, {
    status: why === undefined ? 200 : 400,
    title: 'Nothing was allowed',
    body: html`
      <h1>Nothing was allowed</h1>
      <p>${name(client)} gets no access, and your device is told so. You can close this page.</p>
      ${why === undefined ? undefined : html`<p class="soft">The reason: ${why}.</p>`}
    `,
  });
}
