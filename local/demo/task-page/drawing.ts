import { type Html, html } from '../../../lambdas/http/html.ts';
import { type Span, spanOf, ticksOf, timeIn } from './scale.ts';
import type { Shown, ShownTask } from './shown-tasks.ts';
import { healthInWords, whose } from './words.ts';

const [width, margin, top, rowHeight] = [1_080, 40, 44, 58];
/** Characters: what is longer stands in the table. */
const [longestTitle, longestHealth] = [56, 64];
const [barTop, barHeight] = [26, 14];

/** The tasks on a line of time, one below the other. For eyes alone: whatever it says the table says too. */
export function drawing({ tasks, now }: Shown): Html {
  const span = spanOf(tasks, now);
  const height = top + tasks.length * rowHeight + 8;
  const nowX = xOf(span, now);
  return html`<svg
    role="img"
    aria-labelledby="drawing-title"
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
  >
    <title id="drawing-title">Each task from its opening to its end; the table below says the same</title>
    ${ticksOf(span).map((at) => tick(span, at, height))}
    <line class="now" x1="${nowX}" y1="40" x2="${nowX}" y2="${height}" />
    <text class="now-word" x="${nowX}" y="34" text-anchor="middle">now ${timeIn(span, now)}</text>
    ${tasks.map((task, row) => rowOf(span, task, now, top + row * rowHeight))}
  </svg>`;
}

function tick(span: Span, at: number, height: number): Html {
  const x = xOf(span, at);
  return html`<line class="tick" x1="${x}" y1="20" x2="${x}" y2="${height}" />
    <text class="time" x="${x}" y="14" text-anchor="middle">${timeIn(span, at)}</text>`;
}

function rowOf(span: Span, task: ShownTask, now: number, y: number): Html {
  const { openedAt, ended, ceiling, nextRefreshAt } = task;
  const state = ended === undefined ? task.health : 'over';
  const over = ended?.at ?? now;
  return html`<g>
    <text x="${margin}" y="${y + 18}">${cut(`${task.purpose} – ${whose(task)}`, longestTitle)}</text>
    <text class="health ${state}" x="${width - margin}" y="${y + 18}" text-anchor="end">
      ${cut(
        healthInWords(task, (at) => timeIn(span, at)),
        longestHealth,
      )}
    </text>
    ${bar(span, state, { from: openedAt, until: over }, y)}
    ${ended === undefined ? bar(span, 'ahead', { from: now, until: ceiling }, y) : undefined}
    ${task.happenings.map(({ kind, at }) => (kind === 'ended' ? undefined : mark(span, kind, at, y)))}
    ${ended === undefined && nextRefreshAt !== undefined ? mark(span, 'next', nextRefreshAt, y) : undefined}
    ${ended === undefined ? mark(span, 'ceiling', ceiling, y) : mark(span, 'end', ended.at, y)}
  </g>`;
}

/** What of it lies in the span; where it goes on beyond, its end there is open. */
function bar(span: Span, state: string, { from, until }: Span, y: number): Html | undefined {
  if (until < span.from || from > span.until) return undefined;
  const [left, right] = [xOf(span, from), xOf(span, until)];
  return html`<rect
    class="bar ${state}"
    x="${left}"
    y="${y + barTop}"
    width="${Math.max(1, Math.round(right - left))}"
    height="${barHeight}"
  />`;
}

export type MarkKind = 'opened' | 'renewed' | 'failed' | 'warned' | 'extended' | 'next' | 'ceiling' | 'end';

/** Each has a shape of its own, around the point 0,0: nobody has to tell colours apart. */
const shapes: Readonly<Record<MarkKind, Html>> = {
  opened: html`<path class="mark" d="M0 -10V10" />`,
  renewed: html`<circle class="mark filled" r="4" />`,
  failed: html`<path class="mark failed" d="M-5 -5L5 5M-5 5L5 -5" />`,
  warned: html`<path class="mark warned" d="M0 -7L7 6H-7Z" />`,
  extended: html`<path class="mark" d="M-4 -6L4 0L-4 6" />`,
  next: html`<circle class="mark hollow" r="5" />`,
  ceiling: html`<path class="mark" d="M0 -10V10M-5 -10H5M-5 10H5" />`,
  end: html`<rect class="mark filled" x="-5" y="-5" width="10" height="10" />`,
};

function mark(span: Span, kind: MarkKind, at: number, y: number): Html | undefined {
  if (at < span.from || at > span.until) return undefined;
  return html`<g transform="translate(${xOf(span, at)} ${y + barTop + barHeight / 2})">${shapes[kind]}</g>`;
}

const meanings: readonly (readonly [MarkKind, string])[] = [
  ['opened', 'opened'],
  ['renewed', 'renewed'],
  ['failed', 'could not be renewed'],
  ['warned', 'warned: its ceiling is near'],
  ['extended', 'extended'],
  ['next', 'next refresh'],
  ['ceiling', 'ceiling'],
  ['end', 'end'],
];

/** What the marks mean. */
export function legend(): Html {
  return html`<ul class="legend">
    ${meanings.map(
      ([kind, meaning]) =>
        html`<li>
          <svg aria-hidden="true" viewBox="-12 -12 24 24" width="24" height="24">${shapes[kind]}</svg>
          ${meaning}
        </li>`,
    )}
  </ul>`;
}

function xOf({ from, until }: Span, at: number): number {
  const share = Math.min(1, Math.max(0, (at - from) / (until - from)));
  return Math.round((margin + share * (width - 2 * margin)) * 10) / 10;
}

const segmenter = new Intl.Segmenter();

function cut(text: string, longest: number): string {
  const characters = Array.from(segmenter.segment(text), ({ segment }) => segment);
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}
