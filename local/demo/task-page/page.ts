import { createHash } from 'node:crypto';
import { type Html, html } from '../../../lambdas/http/html.ts';
import { drawing, legend } from './drawing.ts';
import { spanOf, timeIn } from './scale.ts';
import type { Shown, ShownTask } from './shown-tasks.ts';
import { styleSheet } from './style.ts';
import { happenedInWords, healthInWords } from './words.ts';

/** A page as it is answered. */
export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const styleDigest = createHash('sha256').update(styleSheet).digest('base64');

/** Nothing in it runs, nothing loads, nobody frames it, nobody keeps it. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleDigest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export function tasksPage(shown: Shown): Page {
  const { tasks, now, isMore } = shown;
  const at = new Date(now).toISOString();
  const body =
    tasks.length === 0
      ? html`<p>
          No task goes on, and none has ended of late. <code>npm run demo -- --only tasks</code> opens some.
        </p>`
      : html`
          ${legend()}
          <div class="wide" role="region" aria-label="Drawing" tabindex="0">${drawing(shown)}</div>
          <h2 id="table">The same as a table</h2>
          <div class="wide" role="region" aria-labelledby="table" tabindex="0">${table(shown)}</div>
        `;
  return page(
    200,
    html`
      <p class="soft">
        ${tasks.length} shown at
        <time datetime="${at}">${at.slice(0, 16).replace('T', ' ')} UTC</time>
        ${isMore ? '(more go on)' : undefined} · <a href="/tasks">Look again</a>
      </p>
      ${body}
    `,
  );
}

/** Where nobody can tell, or there is nothing of that name. */
export function messagePage(status: number, message: string): Page {
  return page(
    status,
    html`<p role="status">${message}.</p>
      <p><a href="/tasks">Look again</a></p>`,
  );
}

function page(status: number, body: Html): Page {
  const written = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Tasks of the local run</title>
        ${{ html: `<style>${styleSheet}</style>` }}
      </head>
      <body>
        <main>
          <h1>Tasks of the local run</h1>
          ${body}
        </main>
      </body>
    </html>`;
  return { status, headers, body: written.html };
}

function table({ tasks, now }: Shown): Html {
  const span = spanOf(tasks, now);
  const time = (at: number): string => timeIn(span, at);
  const heads = [
    'Task',
    'Agent',
    'Person',
    'Opened',
    'Next refresh',
    'Ceiling',
    'How it is',
    'What became of it',
  ];
  return html`<table>
    <thead>
      <tr>
        ${heads.map((head) => html`<th scope="col">${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${tasks.map((task) => row(task, time))}
    </tbody>
  </table>`;
}

function row(task: ShownTask, time: (at: number) => string): Html {
  const { id, purpose, agent, person, openedAt, nextRefreshAt, ceiling, ended } = task;
  const next = ended === undefined && nextRefreshAt !== undefined ? time(nextRefreshAt) : '–';
  return html`<tr>
    <th scope="row"><bdi>${purpose}</bdi><br /><code>${id}</code></th>
    <td>${agent}</td>
    <td><bdi>${person ?? '–'}</bdi></td>
    <td>${moment(openedAt, time)}</td>
    <td>${next}</td>
    <td>${moment(ceiling, time)}</td>
    <td><bdi>${healthInWords(task, time)}</bdi></td>
    <td>${happenedInWords(task.happenings, time).map((words) => html`<p><bdi>${words}</bdi></p>`)}</td>
  </tr>`;
}

function moment(at: number, time: (at: number) => string): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${time(at)}</time>`;
}
