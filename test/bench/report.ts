/** One line of the bench's table. Without a budget it is there to be compared with. */
export interface Row {
  readonly section: string;
  readonly what: string;
  readonly measured: string;
  /** What stands under the line: too long for a column. */
  readonly detail?: string;
  readonly budget?: string;
  readonly held?: boolean;
}

/** A part of the bench. It says what it is doing through `progress`, and resolves with its lines. */
export type Part = (progress: (doing: string) => void) => Promise<readonly Row[]>;

const header = ['', 'measured', 'budget', 'verdict'];

/** The table, one section under the other. */
export function formatReport(rows: readonly Row[]): string {
  const sections = [...new Set(rows.map(({ section }) => section))];
  const lines = sections.flatMap((section) => [
    [section.toUpperCase()],
    ...rows.filter((row) => row.section === section).flatMap(linesOf),
    [],
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...lines.map((cells) => (cells.length > 1 ? (cells[column]?.length ?? 0) : 0))),
  );
  return [header, ...lines]
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function linesOf({ what, measured, detail, budget, held }: Row): readonly (readonly string[])[] {
  const verdict = held === undefined ? '' : held ? 'held' : 'MISSED';
  const cells = [`  ${what}`, measured, budget ?? '', verdict];
  return detail === undefined ? [cells] : [cells, [`    ${detail}`]];
}
