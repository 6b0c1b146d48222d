/** Tells on stderr what the bench is doing, so that the table alone is on stdout. */
export function tellProgress(part: string): (doing: string) => void {
  const started = performance.now();
  return (doing) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(3);
    process.stderr.write(`${part} ${seconds} s  ${doing}\n`);
  };
}
