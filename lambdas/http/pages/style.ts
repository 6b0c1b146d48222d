/** The style of every page: one file, no images, no fonts but the system's. `--accent` is under white text in both schemes. */
export function styleSheet(accent: string): string {
  return `:root{color-scheme:light dark;--accent:${accent};${light}}@media(prefers-color-scheme:dark){:root{${dark}}}${rules}`;
}

const light =
  '--ground:#f3f4f7;--card:#fff;--ink:#191c21;--soft:#555d68;--line:#d5d9e0;--field:#f7f8fa;' +
  '--warn-ground:#fff7e0;--warn-ink:#5a4200;--warn-line:#d9a406;--good-ink:#12603a;--good-ground:#e6f5ec';
const dark =
  '--ground:#0e1116;--card:#171b22;--ink:#eceef2;--soft:#a9b1bd;--line:#343c48;--field:#1e232c;' +
  '--warn-ground:#2b2310;--warn-ink:#f6d88a;--warn-line:#8a6a12;--good-ink:#86d9a9;--good-ground:#13291d';

const rules = [
  '*{box-sizing:border-box}',
  'body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;padding:2rem 1rem;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}',
  'header,main,footer{width:100%;max-width:34rem}',
  'header{display:flex;align-items:center;gap:.75rem;margin-block:auto 1rem;font-weight:600}',
  '.mark{flex:none;display:grid;place-items:center;width:2.25rem;height:2.25rem;border-radius:.625rem;background:var(--accent);color:#fff;font-size:1.125rem}',
  'main{padding:2rem;border:1px solid var(--line);border-radius:1rem;background:var(--card);box-shadow:0 1px 2px #0000000d,0 8px 24px #0000000f}',
  'footer{margin-block:1rem auto;color:var(--soft);font-size:.875rem}',
  'h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25;text-wrap:balance}',
  'h2{margin:1.5rem 0 .5rem;font-size:1rem}',
  'p{margin:0 0 .75rem}',
  'ul,dl{margin:0;padding:0;list-style:none}',
  'a{color:inherit;text-underline-offset:.15em}',
  'code{font:.9375em ui-monospace,Menlo,Consolas,monospace}',
  '.soft{color:var(--soft)}',
  '.rows{border:1px solid var(--line);border-radius:.75rem}',
  '.rows>*{padding:.75rem 1rem}',
  '.rows>*+*{border-top:1px solid var(--line)}',
  'dt{color:var(--soft);font-size:.875rem}',
  'dd{margin:0}',
  '.may li{position:relative;padding-inline-start:2.5rem}',
  '.may li::before{content:"";position:absolute;inset-inline-start:1.125rem;top:1.05rem;width:.35rem;height:.7rem;border:solid var(--good-ink);border-width:0 .14rem .14rem 0;transform:rotate(45deg)}',
  '.tag{display:inline-block;padding:0 .5rem;border-radius:1rem;background:var(--good-ground);color:var(--good-ink);font-size:.8125rem;font-weight:600}',
  '.warning{margin:.75rem 0 0;padding:.75rem 1rem;border:1px solid var(--warn-line);border-radius:.75rem;background:var(--warn-ground);color:var(--warn-ink)}',
  '.actions{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.5rem}',
  '.actions>*{flex:1 1 9rem}',
  'button,.button{display:block;width:100%;min-height:2.75rem;padding:.6rem 1rem;border:1px solid var(--line);border-radius:.625rem;background:var(--field);color:var(--ink);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer;overflow-wrap:anywhere}',
  '.main{border-color:var(--accent);background:var(--accent);color:#fff}',
  'button:hover,.button:hover{border-color:var(--ink)}',
  'label{display:block;margin-block:1rem .375rem;font-weight:600}',
  'input[type=text]{display:block;width:100%;min-height:3rem;padding:.5rem 1rem;border:1px solid var(--soft);border-radius:.625rem;background:var(--field);color:var(--ink);font:1.25rem ui-monospace,Menlo,Consolas,monospace;letter-spacing:.12em;text-transform:uppercase}',
  '.code{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:1.25rem;letter-spacing:.12em}',
  '.choice button{text-align:start}',
  '.choice li+li{margin-top:.75rem}',
  '.done{margin:1rem 0 0;padding:.75rem 1rem;border-radius:.75rem;background:var(--good-ground);color:var(--good-ink)}',
  '.entry{margin-top:1.5rem;padding-top:1.5rem;border-top:1px solid var(--line)}',
  '.entry h2{margin:0 0 .25rem;font-size:1.125rem}',
  '.entry .rows{margin:0 0 .75rem}',
  '.entry footer{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:.75rem;margin:0;max-width:none}',
  '.entry footer p{margin:0}',
  '.entry footer button{width:auto;min-width:8rem}',
  '.entry h3{margin:0 0 .25rem;font-size:1.125rem}',
  '.entry .warning{margin-block:.75rem}',
  '.entry footer .button{width:auto;min-width:8rem}',
  '.part{margin:2.5rem 0 0;font-size:1.25rem}',
  'fieldset{min-width:0;margin:1rem 0 0;padding:0;border:0}',
  'legend{margin-bottom:.375rem;padding:0;font-weight:600}',
  '.tick{display:flex;gap:.75rem;margin:0;font-weight:400}',
  '.tick>span{flex:1;min-width:0}',
  '.at{display:block;margin:.25rem 0 0;font-size:.875rem}',
  'input[type=checkbox]{flex:none;width:1.5rem;height:1.5rem;margin:0;accent-color:var(--accent)}',
  '.leave{margin-top:1.5rem;padding-top:1.5rem;border-top:1px solid var(--line)}',
  ':focus-visible{outline:3px solid var(--ink);outline-offset:3px}',
  '@media(prefers-reduced-motion:no-preference){button,.button{transition:border-color .12s}}',
  '@media(max-width:30rem){body{padding:1rem .75rem}main{padding:1.25rem}.actions>*{flex-basis:100%}}',
  '@media(forced-colors:active){.main,.tag,.mark{border:1px solid}}',
].join('');
