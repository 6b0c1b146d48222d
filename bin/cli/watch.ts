import type { Said } from './command.ts';
import { Refused } from './failure.ts';
import type { Terminal } from './io.ts';

const everySeconds = 2;

/** Shows what `look` finds in place of what it found before, until whoever looks has seen enough. */
export async function watch(look: () => Promise<Said>, terminal: Terminal): Promise<Said> {
  let last = await look();
  for (;;) {
    terminal.show(last.text);
    if (!(await terminal.pause(everySeconds))) return last;
    last = await lookAgain(look, last);
  }
}

/** What does not answer for a moment is asked again. */
async function lookAgain(look: () => Promise<Said>, last: Said): Promise<Said> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const [table = ''] = last.text.split(notAnswering);
    return { ...last, text: `${table}${notAnswering}${error.message}` };
  }
}

const notAnswering = '\n\nas it was when it answered last: ';
