import { checkConfig, InvalidConfig } from '../config/check-config.ts';
import type { VestibuleConfig } from '../config/config.ts';

/**
 * Checks what an option adds to a config together with all that the config has. Throws `InvalidConfig`, and calls the
 * parts that the option added, keys of `options`, by the names that they have there.
 */
export function checkWithin(config: VestibuleConfig, options: ReadonlyMap<string, string>): void {
  try {
    checkConfig(config);
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    throw new InvalidConfig(
      error.problems.map(({ path, text }) => ({
        path: renamed(path, options),
        text: renamed(text, options),
      })),
    );
  }
}

function renamed(text: string, options: ReadonlyMap<string, string>): string {
  return [...options].reduce((before, [part, option]) => before.replace(part, option), text);
}
