import chatgpt from './pinned/chatgpt.json' with { type: 'json' };
import claude from './pinned/claude.json' with { type: 'json' };
import claudeCode from './pinned/claude-code.json' with { type: 'json' };
import codex from './pinned/codex.json' with { type: 'json' };
import opencode from './pinned/opencode.json' with { type: 'json' };
import vscode from './pinned/vscode.json' with { type: 'json' };
import zed from './pinned/zed.json' with { type: 'json' };

/**
 * The metadata documents of well-known clients as their vendors published them in September 2026, for the hosts of which
 * it is known that they refuse addresses of data centres (IX-50).
 */
const copies: ReadonlyMap<string, unknown> = new Map(
  [chatgpt, claude, claudeCode, codex, opencode, vscode, zed].map((document) => [
    document.client_id,
    document,
  ]),
);

/** Our copy of the document of that URL; undefined where we hold none. */
export function pinnedCopy(url: string): unknown {
  return copies.get(url);
}
