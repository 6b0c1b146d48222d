import * as v from 'valibot';
import type { VestibuleConfig } from './config.ts';
import { fields, peopleText, textThat } from './fields.ts';
import { show } from './problem.ts';

/** WCAG 2.2, 1.4.3: of text of this size. */
const leastContrast = 4.5;

export const branding = fields({
  name: v.optional(peopleText(64)),
  accent: v.optional(
    textThat((colour) => {
      if (!/^#[0-9a-f]{6}$/i.test(colour)) return `${show(colour)} is no colour; write it as '#1d4f9e'`;
      const contrast = contrastToWhite(colour);
      if (contrast >= leastContrast) return undefined;
      const found = (Math.floor(contrast * 10) / 10).toFixed(1);
      return `${show(colour)} has a contrast of ${found} to the white text on it, which many people cannot read; write a darker one, of ${leastContrast} or more`;
    }),
  ),
});

/** What the function that shows pages is told of their look: the value of BRANDING. */
export function brandingVariable({ branding: { name, accent } = {} }: VestibuleConfig): string {
  return JSON.stringify({ name, accent });
}

/** WCAG 2.2, definition of contrast ratio. */
function contrastToWhite(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    linear(Number.parseInt(colour.slice(at, at + 2), 16)),
  );
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
