/** Clocks of instances differ by so much at most. */
export const skewSeconds = 240;
